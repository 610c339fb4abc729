using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Puts names beside points so that they do not cover each other: right, left, above or below (or above first, beside curves), whichever is free.</summary>
sealed class LabelPlacer(ChartCanvas canvas, bool aboveFirst = false)
{
    const double CharacterWidth = 7.4;
    const double LineHeight = 15;

    readonly List<(double Left, double Top, double Right, double Bottom)> _taken = [];

    /// <summary>Keeps a marker free of names, its own and others'.</summary>
    internal void Keep(double x, double y)
    {
        var (px, py) = canvas.PixelOf(x, y);
        _taken.Add((px - 7, py - 7, px + 7, py + 7));
    }

    /// <summary>Keeps a whisker, from its lower to its upper end, free of names.</summary>
    internal void Keep((double X, double Y) lower, (double X, double Y) upper)
    {
        var (left, bottom) = canvas.PixelOf(lower.X, lower.Y);
        var (right, top) = canvas.PixelOf(upper.X, upper.Y);
        _taken.Add((left - 2, top - 2, right + 2, bottom + 2));
    }

    internal void Add(string text, double x, double y, Color? color = null)
    {
        var width = text.Length * CharacterWidth;
        var (px, py) = canvas.PixelOf(x, y);
        (Alignment Alignment, float X, float Y)[] beside = [(Alignment.MiddleLeft, 12, 0), (Alignment.MiddleRight, -12, 0)];
        (Alignment Alignment, float X, float Y)[] over = [(Alignment.LowerCenter, 0, -10), (Alignment.UpperCenter, 0, 10)];
        (Alignment Alignment, float X, float Y)[] farOver = [(Alignment.LowerCenter, 0, -24), (Alignment.UpperCenter, 0, 24)];
        (Alignment Alignment, float X, float Y)[] places =
        [
            .. aboveFirst ? [.. over, .. farOver, .. beside] : beside.Concat(over),
            (Alignment.MiddleLeft, 12, 16), (Alignment.MiddleLeft, 12, -16), (Alignment.MiddleRight, -12, 16), (Alignment.MiddleRight, -12, -16),
            .. farOver,
        ];
        var chosen = places.FirstOrDefault(p => IsFree(Box(p)), places[0]);
        _taken.Add(Box(chosen));
        canvas.Text(text, x, y, chosen.Alignment, chosen.X, chosen.Y, color);

        (double Left, double Top, double Right, double Bottom) Box((Alignment Alignment, float X, float Y) place)
        {
            var left = px + place.X - (((int)place.Alignment % 3) switch { 0 => 0, 1 => width / 2, _ => width });
            var top = py + place.Y - (((int)place.Alignment / 3) switch { 0 => 0, 1 => LineHeight / 2, _ => LineHeight });
            return (left, top, left + width, top + LineHeight);
        }
    }

    bool IsFree((double Left, double Top, double Right, double Bottom) box) =>
        canvas.Holds(box.Left, box.Right) && !_taken.Any(t => t.Left < box.Right && box.Left < t.Right && t.Top < box.Bottom && box.Top < t.Bottom);
}
