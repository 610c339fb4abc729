using ScottPlot;
using ScottPlot.Plottables;

namespace DetrPerfLab.Report;

/// <summary>Draws one chart: ScottPlot with the lab's look, and places that show their value on hovering.</summary>
/// <remarks>The layout is fixed, so a coordinate's pixel is known here and hovering needs nothing from the drawing library.</remarks>
public sealed class ChartCanvas : IDisposable
{
    const float TitleSize = 16;
    const float TextSize = 12.5f;

    readonly Plot _plot = new();
    readonly List<HoverMark> _hovers = [];
    readonly int _width;
    readonly int _height;
    PixelPadding _padding;

    /// <summary>An empty canvas.</summary>
    public ChartCanvas(ChartTheme theme, int width, int height)
    {
        Theme = theme;
        _width = width;
        _height = height;
        _plot.FigureBackground.Color = theme.Background;
        _plot.Axes.Color(theme.Faint);
        foreach (var axis in (IAxis[])[_plot.Axes.Bottom, _plot.Axes.Left])
        {
            axis.Label.Bold = false;
            axis.Label.FontSize = TextSize;
            axis.TickLabelStyle.FontSize = TextSize;
            axis.MajorTickStyle.Length = 0;
            axis.MinorTickStyle.Length = 0;
        }

        _plot.Axes.Top.FrameLineStyle.Width = 0;
        _plot.Axes.Right.FrameLineStyle.Width = 0;
        _plot.Axes.Left.FrameLineStyle.Width = 0;
        _plot.Axes.Title.Label.ForeColor = theme.Ink;
        _plot.Grid.MajorLineColor = theme.Grid;
    }

    /// <summary>The colours to draw with.</summary>
    public ChartTheme Theme { get; }

    /// <summary>Where hovering shows a value.</summary>
    internal IReadOnlyList<HoverMark> Hovers => _hovers;

    /// <summary>Title, caption and the space around the data.</summary>
    /// <param name="title">What the chart says.</param>
    /// <param name="caption">Machine and date; below the bottom axis.</param>
    /// <param name="xLabel">Quantity and unit.</param>
    /// <param name="yLabel">Quantity and unit; empty for categories.</param>
    /// <param name="left">Pixels left of the data.</param>
    /// <param name="right">Pixels right of the data.</param>
    /// <param name="note">A line of its own below: what a mark in the data means, what the comparison cannot tell.</param>
    public void Frame(string title, string caption, string xLabel, string yLabel, float left = 76, float right = 28, string? note = null)
    {
        _padding = new PixelPadding(left, right, bottom: note is null ? 80 : 98 + (18 * note.Count(c => c == '\n')), top: 44);
        _plot.Layout.Fixed(_padding);
        _plot.Title(title, TitleSize);
        _plot.XLabel($"{xLabel}\n{(note is null ? "" : note + "\n")}{caption}", TextSize);
        if (yLabel.Length > 0) { _plot.YLabel(yLabel, TextSize); }
    }

    /// <summary>The horizontal axis.</summary>
    public void XAxis(Ticks ticks, double? low = null, double? high = null, bool grid = true)
    {
        _plot.Axes.SetLimitsX(low ?? ticks.Low, high ?? ticks.High);
        _plot.Axes.Bottom.SetTicks(ticks.Positions, ticks.Labels);
        _plot.Grid.XAxisStyle.IsVisible = grid;
    }

    /// <summary>The vertical axis.</summary>
    public void YAxis(Ticks ticks, double? low = null, double? high = null, bool grid = true)
    {
        _plot.Axes.SetLimitsY(low ?? ticks.Low, high ?? ticks.High);
        _plot.Axes.Left.SetTicks(ticks.Positions, ticks.Labels);
        _plot.Grid.YAxisStyle.IsVisible = grid;
    }

    /// <summary>Categories from top to bottom on the vertical axis, at 0, -1, -2, …</summary>
    /// <param name="names">One a row.</param>
    /// <param name="spare">Rows of empty space below.</param>
    public void Categories(IReadOnlyList<string> names, double spare = 0)
    {
        YAxis(new([.. names.Select((_, i) => (double)-i)], [.. names]), -names.Count + 0.4 - spare, 0.6, grid: false);
        _plot.Axes.Left.TickLabelStyle.ForeColor = Theme.Ink;
    }

    /// <summary>A horizontal bar.</summary>
    public void Bar(double row, double from, double to, Color color, double thickness = 0.62)
    {
        _plot.Add.Bar(new Bar
        {
            Position = row,
            ValueBase = from,
            Value = to,
            Size = thickness,
            FillColor = color,
            LineWidth = 0,
            Orientation = Orientation.Horizontal,
        });
    }

    /// <summary>A whisker from <paramref name="low"/> to <paramref name="high"/> along the horizontal axis.</summary>
    public void WhiskerX(double low, double high, double y) => Whiskers(new ErrorBar([low], [y], [high - low], [0], null, null));

    /// <summary>A whisker from <paramref name="low"/> to <paramref name="high"/> along the vertical axis.</summary>
    public void WhiskerY(double x, double low, double high) => Whiskers(new ErrorBar([x], [low], null, null, [high - low], [0]));

    /// <summary>A line through points, with markers where <paramref name="marker"/> says so.</summary>
    public void Curve(
        double[] xs, double[] ys, Color color, string legend = "", MarkerShape marker = MarkerShape.None, float width = 2, LinePattern? pattern = null)
    {
        var curve = _plot.Add.Scatter(xs, ys, color);
        curve.LineWidth = width;
        curve.LinePattern = pattern ?? LinePattern.Solid;
        curve.MarkerShape = marker;
        curve.MarkerSize = marker == MarkerShape.None ? 0 : 9;
        curve.LegendText = legend;
    }

    /// <summary>One marker.</summary>
    public void Point(double x, double y, Color color, MarkerShape marker, string legend = "", float size = 11)
    {
        var point = _plot.Add.ScatterPoints((double[])[x], (double[])[y], color);
        point.MarkerShape = marker;
        point.MarkerSize = size;
        point.LegendText = legend;
    }

    /// <summary>A thin auxiliary line.</summary>
    public void Guide(double x1, double y1, double x2, double y2, string legend = "")
    {
        var line = _plot.Add.Line(x1, y1, x2, y2);
        line.LineColor = Theme.Faint;
        line.LineWidth = 1.25f;
        line.LinePattern = LinePattern.DenselyDashed;
        line.LegendText = legend;
    }

    /// <summary>Text at a point.</summary>
    public void Text(string text, double x, double y, Alignment alignment, float offsetX = 0, float offsetY = 0, Color? color = null, bool bold = false)
    {
        var label = _plot.Add.Text(text, x, y);
        label.LabelAlignment = alignment;
        label.OffsetX = offsetX;
        label.OffsetY = offsetY;
        label.LabelFontSize = TextSize;
        label.LabelFontColor = color ?? Theme.Ink;
        label.LabelBold = bold;
    }

    /// <summary>A legend inside the data area.</summary>
    public void Legend(Alignment alignment)
    {
        var legend = _plot.ShowLegend(alignment);
        legend.FontSize = TextSize;
        legend.FontColor = Theme.Ink;
        legend.BackgroundColor = Theme.Background;
        legend.OutlineWidth = 0;
        legend.ShadowColor = Colors.Transparent;
    }

    /// <summary>Shows <paramref name="text"/> while the pointer is within a few pixels of a point.</summary>
    public void Hover(double x, double y, string text) => _hovers.Add(new(PixelX(x) - 9, PixelY(y) - 9, 18, 18, text));

    /// <summary>Shows <paramref name="text"/> while the pointer is on a row, between two values.</summary>
    public void HoverRow(double row, double from, double to, string text)
    {
        var (left, right) = (PixelX(Math.Min(from, to)), PixelX(Math.Max(from, to)));
        var (top, bottom) = (PixelY(row + 0.45), PixelY(row - 0.45));
        _hovers.Add(new(left, top, Math.Max(2, right - left), bottom - top, text));
    }

    /// <summary>The picture as SVG, without the places to hover on.</summary>
    internal string ToSvg() => _plot.GetSvgXml(_width, _height);

    /// <summary>Writes the picture as PNG, twice as fine, for displays that have the pixels.</summary>
    internal void SavePng(string path)
    {
        _plot.ScaleFactor = 2;
        _plot.SavePng(path, _width * 2, _height * 2);
        _plot.ScaleFactor = 1;
    }

    /// <inheritdoc/>
    public void Dispose() => _plot.Dispose();

    void Whiskers(ErrorBar bars)
    {
        bars.Color = Theme.Ink;
        bars.LineWidth = 1.5f;
        bars.CapSize = 4;
        _plot.PlottableList.Add(bars);
    }

    /// <summary>Where a point lies in the picture, pixels from its upper left corner.</summary>
    internal (double X, double Y) PixelOf(double x, double y) => (PixelX(x), PixelY(y));

    /// <summary>Whether a stretch lies within the picture.</summary>
    internal bool Holds(double left, double right) => left > _padding.Left && right < _width - 4;

    double PixelX(double x)
    {
        var axis = _plot.Axes.Bottom;
        return _padding.Left + ((x - axis.Min) / (axis.Max - axis.Min) * (_width - _padding.Left - _padding.Right));
    }

    double PixelY(double y)
    {
        var axis = _plot.Axes.Left;
        return _padding.Top + ((axis.Max - y) / (axis.Max - axis.Min) * (_height - _padding.Top - _padding.Bottom));
    }
}

/// <summary>A rectangle, in pixels of the picture, that shows a text on hovering.</summary>
readonly record struct HoverMark(double X, double Y, double Width, double Height, string Text);
