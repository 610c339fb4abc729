using System.Globalization;
using System.Text;
using ScottPlot.AxisPanels;
using ScottPlot.Plottables;

namespace ScottPlot.Gnuplot;

/// <summary>Turns a plot into a gnuplot 5.4 script. Coordinates go into inline data blocks, texts into single-quoted strings.</summary>
sealed partial class GnuplotScript
{
    // gnuplot's own size of a marker at "pointsize 1" and of a tick at "scale 1", in pixels of a 12-pixel font.
    const double PixelsAPointSize = 9;
    const double PixelsATick = 9;
    const string Family = "sans-serif";

    readonly StringBuilder _script = new();
    readonly StringBuilder _data = new();
    readonly List<string> _elements = [];
    readonly Plot _plot;
    readonly double _width;
    readonly double _height;
    int _labels;

    GnuplotScript(Plot plot, int width, int height)
    {
        _plot = plot;
        _width = width / plot.ScaleFactor;
        _height = height / plot.ScaleFactor;
    }

    internal static string Write(Plot plot, string terminal, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var writer = new GnuplotScript(plot, width, height);
        return writer.Write(terminal, width, height);
    }

    string Write(string terminal, int width, int height)
    {
        Line("set encoding utf8");
        var scale = Number(_plot.ScaleFactor);
        // A vector picture needs no scaling. The raster terminal counts text in points of 96 to the inch, the package in pixels.
        var scaling = terminal == "svg" ? "" : $" fontscale {Number(_plot.ScaleFactor * 0.75)} linewidth {scale} pointscale {Number(_plot.ScaleFactor * 1.3)}";
        // The two terminals spell the background differently.
        var background = (terminal == "svg" ? "rgb " : "") + $"'{Rgb(_plot.FigureBackground.Color)}'";
        Line($"set terminal {terminal} size {width},{height} noenhanced font '{Family},12' background {background}{scaling}");
        WriteLayout();
        WriteAxis("x", _plot.Axes.BottomAxis);
        WriteAxis("y", _plot.Axes.LeftAxis);
        WriteGrid();
        WriteLegend();
        foreach (var plottable in _plot.PlottableList.Where(p => p.IsVisible)) { WritePlottable(plottable); }
        _script.Append(_data);
        // gnuplot draws nothing at all without an element, not even axes.
        Line("plot " + (_elements.Count > 0 ? string.Join(", \\\n  ", _elements) : "NaN notitle"));
        return _script.ToString();
    }

    void WriteLayout()
    {
        if (_plot.Layout.Padding is { } padding)
        {
            Line($"set lmargin at screen {Number(padding.Left / _width)}");
            Line($"set rmargin at screen {Number(1 - (padding.Right / _width))}");
            Line($"set bmargin at screen {Number(padding.Bottom / _height)}");
            Line($"set tmargin at screen {Number(1 - (padding.Top / _height))}");
        }

        var title = _plot.Axes.Title;
        if (title.IsVisible && title.Label.Text.Length > 0)
        {
            // gnuplot leaves more room between title and data than the package does.
            Line($"set title {Quoted(title.Label.Text)} {TextStyle(title.Label)} offset screen 0,{Number(-10 / _height)}");
        }


        var sides = 0;
        var bit = 1;
        foreach (var axis in (IAxis[])[_plot.Axes.Bottom, _plot.Axes.Left, _plot.Axes.Top, _plot.Axes.Right])
        {
            if (axis.IsVisible && axis.FrameLineStyle is { Width: > 0, IsVisible: true }) { sides |= bit; }
            bit <<= 1;
        }

        Line(sides == 0 ? "unset border" : $"set border {sides} {LineStyleOf(_plot.Axes.Bottom.FrameLineStyle)}");
    }

    void WriteAxis(string name, AxisBase axis)
    {
        if (!double.IsNaN(axis.Min) && !double.IsNaN(axis.Max)) { Line($"set {name}range [{Number(axis.Min)}:{Number(axis.Max)}]"); }
        if (axis.Label.Text.Length > 0) { Line($"set {name}label {Quoted(axis.Label.Text)} {TextStyle(axis.Label)}"); }
        if (!axis.IsVisible)
        {
            Line($"unset {name}tics");
            return;
        }

        var ticks = axis.Ticks is null
            ? "autofreq"
            : $"({string.Join(", ", axis.Ticks.Select(t => $"{Quoted(TickFormat(t.Label))} {Number(t.Position)}"))})";
        Line($"set {name}tics out nomirror scale {Number(axis.MajorTickStyle.Length / PixelsATick)} {ticks} {TextStyle(axis.TickLabelStyle)}");
    }

    void WriteGrid()
    {
        var grid = _plot.Grid;
        if (!grid.IsVisible) { return; }
        var axes = (grid.XAxisStyle.IsVisible ? " xtics" : " noxtics") + (grid.YAxisStyle.IsVisible ? " ytics" : " noytics");
        Line($"set grid{axes} back lt 1 {LineStyleOf(grid.XAxisStyle.MajorLineStyle)}");
    }

    void WriteLegend()
    {
        var legend = _plot.Legend;
        if (!legend.IsVisible)
        {
            Line("set key off");
            return;
        }

        var vertical = legend.Alignment switch
        {
            <= Alignment.UpperRight => "top",
            <= Alignment.MiddleRight => "center",
            _ => "bottom",
        };
        var horizontal = ((int)legend.Alignment % 3) switch { 0 => "left", 1 => "center", _ => "right" };
        var box = legend.OutlineWidth > 0 && legend.OutlineColor.Alpha > 0 ? $"box lw {Number(legend.OutlineWidth)} lc rgb '{Rgb(legend.OutlineColor)}'" : "nobox";
        var background = legend.BackgroundColor.Alpha > 0 ? $"opaque fc rgb '{Rgb(legend.BackgroundColor)}'" : "noopaque";
        Line($"set key inside {vertical} {horizontal} vertical reverse Left samplen 2 spacing 1.2 width 0 height 0.4 {box} {background} " +
            $"font '{Family},{Number(legend.FontSize ?? 12)}' textcolor rgb '{Rgb(legend.FontColor ?? Colors.Black)}'");
    }

    void WritePlottable(IPlottable plottable)
    {
        switch (plottable)
        {
            case BarPlot bars: WriteBars(bars); break;
            case Scatter scatter: WriteScatter(scatter); break;
            case LinePlot line: WriteLine(line); break;
            case ErrorBar bars: WriteErrorBars(bars); break;
            case Text text: WriteText(text); break;
            default: throw new NotSupportedException($"{plottable.GetType()} is not drawn by this stand-in for ScottPlot.");
        }
    }

    void Line(string line) => _script.Append(line).Append('\n');

    static string Number(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "NaN";

    /// <summary>gnuplot counts transparency, not opacity, in front of the colour.</summary>
    static string Rgb(Color c) => c.Alpha == 255
        ? $"#{c.Red:x2}{c.Green:x2}{c.Blue:x2}"
        : $"#{255 - c.Alpha:x2}{c.Red:x2}{c.Green:x2}{c.Blue:x2}";

    /// <summary>
    /// Single quotes switch off escapes, backquotes (which would run a command) and macros; a quote is doubled. A line break cannot stand inside and is joined on
    /// from a double-quoted constant. Control characters are dropped.
    /// </summary>
    internal static string Quoted(string text) =>
        string.Join(".\"\\n\".", text.Split('\n').Select(line => $"'{string.Concat(line.Where(c => !char.IsControl(c))).Replace("'", "''", StringComparison.Ordinal)}'"));

    /// <summary>A tick's label is a format, in which a per cent sign must be doubled, and gnuplot cuts it after some 50 bytes, in the midst of a character.</summary>
    static string TickFormat(string label)
    {
        const int Most = 45;
        if (Encoding.UTF8.GetByteCount(label) > Most)
        {
            var kept = new StringBuilder();
            var bytes = 0;
            foreach (var rune in label.EnumerateRunes().TakeWhile(r => (bytes += r.Utf8SequenceLength) <= Most)) { kept.Append(rune.ToString()); }
            label = kept.Append('…').ToString();
        }

        return label.Replace("%", "%%", StringComparison.Ordinal);
    }

    static string TextStyle(LabelStyle label) => $"font '{Font(label)}' tc rgb '{Rgb(label.ForeColor)}'";

    static string Font(LabelStyle label) => $"{Family}{(label.Bold ? ":Bold" : "")},{Number(label.FontSize)}";

    static string LineStyleOf(LineStyle line)
    {
        var dash = line.Pattern.Intervals is { Length: > 0 } intervals
            // gnuplot multiplies dashes by the line's width.
            ? $" dt ({string.Join(',', intervals.Select(i => Number(i / Math.Max(1, line.Width))))})"
            : "";
        return $"lw {Number(line.Width)} lc rgb '{Rgb(line.Color)}'{dash}";
    }
}
