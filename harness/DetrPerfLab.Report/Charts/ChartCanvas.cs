using ScottPlot;
using ScottPlot.AxisPanels;
using ScottPlot.TickGenerators;

namespace DetrPerfLab.Report;

/// <summary>Draws one chart: ScottPlot with the lab's look, and places that show their value on hovering.</summary>
/// <remarks>
/// ScottPlot measures what stands around the data and gives it the room; the picture is as high as that takes beside the data's own height.
/// Where things lie is known once all of it was named, so that hovering and names at points are settled last.
/// </remarks>
sealed partial class ChartCanvas(ChartTheme theme, int width, int dataHeight) : IDisposable
{
    const float Margin = 12; // between words and the picture's edges
    const float Spare = 30;  // right of the data: half of the last tick's label

    readonly Plot _plot = Framed(theme);
    readonly List<string> _words = [];
    string _title = "";
    string _notes = "";
    int? _height;

    public ChartTheme Theme => theme;

    internal int Height
    {
        get
        {
            Layout();
            return _height!.Value;
        }
    }

    public void Frame(string title, string caption, string xLabel, string yLabel, string? note = null)
    {
        _words.AddRange(((string[])[title, .. note?.Split('\n') ?? [], caption, xLabel, yLabel]).Where(w => w.Length > 0));
        _title = ChartText.Wrap(title, width - (2 * Margin), ChartText.TitleSize, bold: true);
        _notes = ChartText.Wrap(note is null ? caption : $"{note}\n{caption}", width - (2 * Margin));
        _plot.Axes.Bottom.Label.Text = xLabel;
        _plot.Axes.Left.Label.Text = ChartText.Wrap(yLabel, dataHeight);
    }

    public void XAxis(double low, double high, string suffix = "") => Axis(_plot.Axes.Bottom, Numbers(suffix, density: 0.75), low, high, grid: true);

    public void XAxis(double low, double high, IEnumerable<(double Position, string Label)> ticks, bool grid = true) => Axis(_plot.Axes.Bottom, At(ticks), low, high, grid);

    public void YAxis(double low, double high, string suffix = "", double last = double.PositiveInfinity) => Axis(_plot.Axes.Left, Numbers(suffix, density: 0.5, last), low, high, grid: true);

    public void YAxis(double low, double high, IEnumerable<(double Position, string Label)> ticks) => Axis(_plot.Axes.Left, At(ticks), low, high, grid: true);

    /// <summary>Categories from top to bottom on the vertical axis, at 0, -1, -2, …</summary>
    public void Categories(IReadOnlyList<string> names)
    {
        _words.AddRange(names);
        Axis(_plot.Axes.Left, At(names.Select((n, i) => ((double)-i, Fitted(n, dataHeight / names.Count)))), -names.Count + 0.4, 0.6, grid: false);
        _plot.Axes.Left.TickLabelStyle.ForeColor = Theme.Ink;
    }

    // The longest may take a third of the picture, on two lines, best after a comma, where its row is high enough; hovering tells the whole name.
    string Fitted(string name, int rowHeight)
    {
        var most = width / 3f;
        if (ChartText.Width(name) <= most || rowHeight < 2 * ChartText.LineHeight) { return ChartText.Shorten(name, most); }
        var lines = ChartText.Wrap(name.Replace(", ", ",\n"), most);
        if (lines.Split('\n').Length > 2) { lines = ChartText.Wrap(name, most); }
        return lines.Split('\n').Length == 2 ? lines : ChartText.Shorten(name, most);
    }

    internal string ToSvg() => _plot.GetSvgXml(width, Height);

    internal byte[] ToPng(int scale = 1)
    {
        var height = Height;
        _plot.ScaleFactor = scale;
        using var image = _plot.GetImage(width * scale, height * scale);
        _plot.ScaleFactor = 1;
        return image.GetImageBytes();
    }

    /// <summary>Where a point lies in the picture, pixels from its upper left corner.</summary>
    internal (double X, double Y) PixelOf(double x, double y)
    {
        Layout();
        var pixel = _plot.GetPixel(new Coordinates(x, y));
        return (pixel.X, pixel.Y);
    }

    internal bool Holds(PixelRect box)
    {
        Layout();
        var data = _plot.LastRender.DataRect;
        return box.Left >= data.Left && box.Right <= data.Right + Spare - 6 && box.Top >= data.Top && box.Bottom <= data.Bottom;
    }

    /// <summary>All that is said but for numbers at ticks, before lines were broken and names shortened, for tests.</summary>
    internal IReadOnlyList<string> Words => _words;

    /// <summary>The plot, for tests: where its marks and its words came to lie.</summary>
    internal Plot Plot => _plot;

    public void Dispose() => _plot.Dispose();

    static Plot Framed(ChartTheme theme)
    {
        var plot = new Plot();
        plot.FigureBackground.Color = theme.Background;
        plot.Axes.Color(theme.Faint);
        foreach (var axis in (IAxis[])[plot.Axes.Bottom, plot.Axes.Left])
        {
            axis.Label.Bold = false;
            axis.Label.FontSize = ChartText.Size;
            axis.Label.FontName = axis.TickLabelStyle.FontName = ChartText.Family;
            axis.TickLabelStyle.FontSize = ChartText.Size;
            axis.MajorTickStyle.Length = 0;
            axis.MinorTickStyle.Length = 0;
        }

        plot.Axes.Left.TickLabelStyle.OffsetY = ChartText.Rise;
        plot.Axes.Bottom.TickLabelStyle.OffsetY = 2 * ChartText.Rise; // clear of the other axis' lowest number
        ((AxisBase)plot.Axes.Left).PaddingOutsideAxisLabels = new PixelPadding(Margin / 2, 2);
        ((AxisBase)plot.Axes.Bottom).PaddingBetweenTickAndAxisLabels = new PixelPadding(5, 5);
        foreach (var axis in (IAxis[])[plot.Axes.Top, plot.Axes.Right, plot.Axes.Left]) { axis.FrameLineStyle.Width = 0; }
        plot.Axes.Right.MinimumSize = plot.Axes.Right.MaximumSize = Spare;
        plot.Axes.Top.MinimumSize = plot.Axes.Top.MaximumSize = 8;
        plot.Grid.MajorLineColor = theme.Grid;
        plot.Legend.IsVisible = false; // drawn in a panel instead, beside the data
        return plot;
    }

    // Fewer ticks than would fit; no number where the quantity cannot go.
    static NumericAutomatic Numbers(string suffix, double density, double last = double.PositiveInfinity) => new()
    {
        LabelFormatter = value => value <= last * 1.000001 ? Format.Shortest(value) + suffix : "",
        TickDensity = density,
    };

    static NumericManual At(IEnumerable<(double Position, string Label)> ticks) => new([.. ticks.Select(t => Tick.Major(t.Position, t.Label))]);

    void Axis(IAxis axis, ITickGenerator ticks, double low, double high, bool grid)
    {
        (axis.Min, axis.Max, axis.TickGenerator) = (low, high, ticks);
        (axis.IsHorizontal() ? _plot.Grid.XAxisStyle : _plot.Grid.YAxisStyle).IsVisible = grid;
    }

    // All that has words around the data, and then the first drawing, which finds the room that they take.
    void Layout()
    {
        if (_height is not null) { return; }
        foreach (var line in _dashed) { _plot.PlottableList.Add(line); }
        _plot.Axes.AddPanel(new ChartPanel(Edge.Top, p => TitleStyle.Measure(p).Height + LegendAbove(p).Height + Margin, DrawTop));
        _plot.Axes.AddPanel(new ChartPanel(Edge.Bottom, p => NotesStyle.Measure(p).Height + Margin, (rp, rect) =>
            NotesStyle.Render(rp.Canvas, new Pixel(Margin, rect.Top), rp.Paint, bottom: true)));
        _plot.Axes.AddPanel(new ChartPanel(Edge.Right, _ => TextOverhang, (rp, _) => DrawTexts(rp)));
        _plot.Axes.AddPanel(new ChartPanel(Edge.Right, p => LegendBeside(p).Width, (rp, rect) => DrawLegend(rp, rect.Left, rect.Top, LegendBeside(rp.Paint))));

        const int Enough = 4000;
        _plot.RenderInMemory(width, Enough);
        // Centred below the data, the quantity has the room that is left and right of there.
        var (data, label) = (_plot.LastRender.DataRect, _plot.Axes.Bottom.Label);
        label.Text = ChartText.Wrap(label.Text, 2 * (Math.Min(data.HorizontalCenter, width - data.HorizontalCenter) - Margin));
        _plot.RenderInMemory(width, Enough);
        var around = Enough - _plot.LastRender.DataRect.Height;
        using var paint = Paint.NewDisposablePaint();
        _height = (int)Math.Ceiling(around + Math.Max(dataHeight, LegendBeside(paint).Height));
        _plot.RenderInMemory(width, _height.Value);
    }

    LabelStyle TitleStyle => Colored(ChartText.Style(_title, ChartText.TitleSize, bold: true), Theme.Ink);
    LabelStyle NotesStyle => Colored(ChartText.Style(_notes), Theme.Faint);

    void DrawTop(RenderPack rp, PixelRect rect)
    {
        TitleStyle.Render(rp.Canvas, new Pixel(Margin, rect.Top + Margin), rp.Paint);
        var legend = LegendAbove(rp.Paint);
        DrawLegend(rp, Margin, rect.Bottom - legend.Height, legend);
    }

    static LabelStyle Colored(LabelStyle style, Color color)
    {
        style.ForeColor = color;
        return style;
    }
}
