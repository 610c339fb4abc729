using System.Globalization;
using ScottPlot.Plottables;

namespace ScottPlot.Gnuplot;

sealed partial class GnuplotScript
{
    void WriteBars(BarPlot plot)
    {
        // One element a run of equal style, so that the legend has one entry and the order stays.
        var title = plot.LegendText;
        foreach (var run in Runs(plot.Bars, b => (b.FillColor, b.LineWidth, b.LineColor)))
        {
            var rows = run.Select(bar =>
            {
                var (low, high) = (bar.Position - (bar.Size / 2), bar.Position + (bar.Size / 2));
                return bar.Orientation == Orientation.Horizontal
                    ? (double[])[bar.Value, bar.Position, bar.ValueBase, bar.Value, low, high]
                    : [bar.Position, bar.Value, low, high, bar.ValueBase, bar.Value];
            });
            var (fill, width, line) = (run[0].FillColor, run[0].LineWidth, run[0].LineColor);
            var border = width > 0 ? $"border lc rgb '{Rgb(line)}'" : "noborder";
            Element(rows, "1:2:3:4:5:6", $"with boxxyerror fs solid {border} fc rgb '{Rgb(fill)}'{(width > 0 ? $" lw {Number(width)}" : "")}", title);
            title = "";
        }
    }

    void WriteScatter(Scatter scatter)
    {
        var rows = scatter.Xs.Zip(scatter.Ys, (x, y) => (double[])[x, y]);
        var line = scatter.LineStyle is { Width: > 0, IsVisible: true };
        var points = scatter.MarkerStyle is { Size: > 0, Shape: not MarkerShape.None };
        if (line && points && !SameColor(scatter.LineStyle.Color, scatter.MarkerStyle.FillColor))
        {
            Element(rows, "1:2", $"with lines {LineStyleOf(scatter.LineStyle)}", scatter.LegendText);
            Element(rows, "1:2", $"with points {MarkerOf(scatter.MarkerStyle)} lc rgb '{Rgb(scatter.MarkerStyle.FillColor)}'", "");
        }
        else if (line)
        {
            Element(rows, "1:2", $"with {(points ? "linespoints " + MarkerOf(scatter.MarkerStyle) : "lines")} {LineStyleOf(scatter.LineStyle)}", scatter.LegendText);
        }
        else if (points)
        {
            Element(rows, "1:2", $"with points {MarkerOf(scatter.MarkerStyle)} lc rgb '{Rgb(scatter.MarkerStyle.FillColor)}'", scatter.LegendText);
        }
    }

    void WriteLine(LinePlot line) =>
        Element([[line.Start.X, line.Start.Y], [line.End.X, line.End.Y]], "1:2", $"with lines {LineStyleOf(line.LineStyle)}", line.LegendText);

    void WriteErrorBars(ErrorBar bars)
    {
        // Drawn as vectors with a bar at both ends: gnuplot's own error bars take the cap's length from one global setting.
        var rows = new List<double[]>();
        for (var i = 0; i < bars.Xs.Count; i++)
        {
            var (x, y) = (bars.Xs[i], bars.Ys[i]);
            Whisker(rows, x, y, bars.XErrorNegative?[i] ?? 0, bars.XErrorPositive?[i] ?? 0, horizontal: true);
            Whisker(rows, x, y, bars.YErrorNegative?[i] ?? 0, bars.YErrorPositive?[i] ?? 0, horizontal: false);
        }

        if (rows.Count == 0) { return; }
        // "heads" at 90 degrees is a bar across each end.
        Element(rows, "1:2:3:4", $"with vectors heads size screen {Number(bars.CapSize / _width)},90 fixed {LineStyleOf(bars.LineStyle)}", "");
    }

    static void Whisker(List<double[]> rows, double x, double y, double negative, double positive, bool horizontal)
    {
        if (negative == 0 && positive == 0) { return; }
        rows.Add(horizontal ? [x - negative, y, negative + positive, 0] : [x, y - negative, 0, negative + positive]);
    }

    void WriteText(Text text)
    {
        var lines = text.LabelText.Split('\n').Length;
        var size = text.LabelFontSize;
        // gnuplot centres the first line on the point; the package aligns the whole block.
        var down = ((int)text.LabelAlignment / 3) switch
        {
            0 => size * 0.6,
            1 => -(lines - 1) * size * 0.6,
            _ => -size * (0.6 + ((lines - 1) * 1.2)),
        };
        var side = ((int)text.LabelAlignment % 3) switch { 0 => "left", 1 => "center", _ => "right" };
        Line($"set label {++_labels} {Quoted(text.LabelText)} at {Number(text.Location.X)},{Number(text.Location.Y)} {side} front " +
            $"{TextStyle(text.LabelStyle)} offset screen {Number(text.OffsetX / _width)},{Number(-(text.OffsetY + down) / _height)}");
    }

    void Element(IEnumerable<double[]> rows, string columns, string style, string title)
    {
        var name = $"$d{(_elements.Count + 1).ToString(CultureInfo.InvariantCulture)}";
        _data.Append(name).Append(" << EOD\n");
        foreach (var row in rows) { _data.AppendJoin(' ', row.Select(Number)).Append('\n'); }
        _data.Append("EOD\n");
        _elements.Add($"{name} using {columns} {style} {(title.Length > 0 ? $"title {Quoted(title)}" : "notitle")}");
    }

    static string MarkerOf(MarkerStyle marker)
    {
        var type = marker.Shape switch
        {
            MarkerShape.OpenCircle => 6,
            MarkerShape.FilledSquare => 5,
            MarkerShape.OpenSquare => 4,
            MarkerShape.FilledTriangleUp => 9,
            MarkerShape.OpenTriangleUp => 8,
            MarkerShape.FilledTriangleDown => 11,
            MarkerShape.OpenTriangleDown => 10,
            MarkerShape.FilledDiamond => 13,
            MarkerShape.OpenDiamond => 12,
            _ => 7,
        };
        return $"pt {type} ps {Number(marker.Size / PixelsAPointSize)}";
    }

    static bool SameColor(Color a, Color b) => Rgb(a) == Rgb(b);

    static IEnumerable<List<T>> Runs<T, TKey>(IEnumerable<T> items, Func<T, TKey> key)
    {
        List<T> run = [];
        foreach (var item in items)
        {
            if (run.Count > 0 && !Equals(key(run[^1]), key(item)))
            {
                yield return run;
                run = [];
            }

            run.Add(item);
        }

        if (run.Count > 0) { yield return run; }
    }
}
