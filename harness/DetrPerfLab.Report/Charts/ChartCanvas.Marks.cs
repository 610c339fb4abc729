using ScottPlot;
using ScottPlot.Plottables;

namespace DetrPerfLab.Report;

/// <summary>What stands for data: bars, points, lines, their whiskers, and where hovering tells more.</summary>
sealed partial class ChartCanvas
{
    // Drawn after everything else: Skia's paint keeps a dash until the next line is drawn, and markers drawn meanwhile would be dashed, too.
    readonly List<IPlottable> _dashed = [];
    readonly List<Func<HoverMark>> _hovers = [];

    internal IReadOnlyList<HoverMark> Hovers => [.. _hovers.Select(place => place())];

    public void Bar(double row, double from, double to, Color color, double thickness = 0.62) => _plot.Add.Bar(new Bar
    {
        Position = row,
        ValueBase = from,
        Value = to,
        Size = thickness,
        FillColor = color,
        LineWidth = 0,
        Orientation = Orientation.Horizontal,
    });

    public void WhiskerX(double low, double high, double y) => Whiskers(new ErrorBar([low], [y], [high - low], [0], null, null));

    public void WhiskerY(double x, double low, double high) => Whiskers(new ErrorBar([x], [low], null, null, [high - low], [0]));

    public void Curve(
        double[] xs, double[] ys, Color color, string legend = "", MarkerShape marker = MarkerShape.None, float width = 2, LinePattern? pattern = null)
    {
        var line = _plot.Add.ScatterLine(xs, ys, color);
        line.LineWidth = width;
        line.LinePattern = pattern ?? LinePattern.Solid;
        if (pattern is { Intervals.Length: > 0 }) { DrawLast(line); }
        if (marker != MarkerShape.None) { Points(xs, ys, color, marker, size: 9); }
        LegendEntry(legend, color, marker, width, line.LinePattern);
    }

    public void Point(double x, double y, Color color, MarkerShape marker, float size = 11) => Points([x], [y], color, marker, size);

    public void Guide(double x1, double y1, double x2, double y2, bool dashed = true)
    {
        var line = _plot.Add.Line(x1, y1, x2, y2);
        line.LineColor = Theme.Faint;
        line.LineWidth = 1;
        if (!dashed) { return; }
        line.LinePattern = LinePattern.DenselyDashed;
        DrawLast(line);
    }

    /// <summary>A hairline from a point to the box of its name.</summary>
    internal void Leader((double X, double Y) point, PixelRect box)
    {
        var (x, y) = PixelOf(point.X, point.Y);
        var to = _plot.GetCoordinates(Math.Clamp((float)x, box.Left, box.Right), Math.Clamp((float)y, box.Top, box.Bottom));
        Guide(point.X, point.Y, to.X, to.Y, dashed: false);
    }

    public void Hover(double x, double y, string text) => _hovers.Add(() =>
    {
        var (left, top) = PixelOf(x, y);
        return new(left - 9, top - 9, 18, 18, text);
    });

    /// <summary>Shows <paramref name="text"/> while the pointer is on a row, between two values.</summary>
    public void HoverRow(double row, double from, double to, string text) => _hovers.Add(() =>
    {
        var (left, top) = PixelOf(Math.Min(from, to), row + 0.45);
        var (right, bottom) = PixelOf(Math.Max(from, to), row - 0.45);
        return new(left, top, Math.Max(2, right - left), bottom - top, text);
    });

    void Points(double[] xs, double[] ys, Color color, MarkerShape marker, float size)
    {
        var points = _plot.Add.ScatterPoints(xs, ys, color);
        points.MarkerShape = marker;
        points.MarkerSize = size;
        points.MarkerLineWidth = 1.5f;
    }

    void Whiskers(ErrorBar bars)
    {
        bars.Color = Theme.Ink;
        bars.LineWidth = 1.5f;
        bars.CapSize = 4;
        _plot.PlottableList.Add(bars);
    }

    void DrawLast(IPlottable plottable)
    {
        _plot.PlottableList.Remove(plottable);
        _dashed.Add(plottable);
    }
}

/// <summary>A rectangle, in pixels of the picture, that shows a text on hovering.</summary>
readonly record struct HoverMark(double X, double Y, double Width, double Height, string Text);
