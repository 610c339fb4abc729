using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Puts names beside points so that they cover neither each other nor a marker: near where there is room, else farther off with a line to the point.</summary>
sealed class LabelPlacer(ChartCanvas canvas, bool aboveFirst = false)
{
    /// <summary>Of more lines than these, a name at each point would bury them all: one point a line is named, hovering tells the others.</summary>
    internal const int MostLines = 6;
    const float Near = 12;
    const float Far = 24; // from here on a line joins name and point

    readonly List<(double X, double Y)> _markers = [];
    readonly List<((double X, double Y) Lower, (double X, double Y) Upper)> _whiskers = [];
    readonly List<(string Text, double X, double Y, Color? Color)> _names = [];

    internal void Keep(double x, double y) => _markers.Add((x, y));

    internal void Keep((double X, double Y) lower, (double X, double Y) upper) => _whiskers.Add((lower, upper));

    internal void Add(string text, double x, double y, Color? color = null) => _names.Add((ChartText.Shorten(text, 170), x, y, color));

    /// <summary>Places all names; called last, since only then is known where the points lie.</summary>
    internal void Place()
    {
        List<(PixelRect Box, float Weight)> taken =
        [
            .. _markers.Select(m => (Spanning(m, m, 7), 2f)), .. _whiskers.Select(w => (Spanning(w.Lower, w.Upper, 2), 1f)),
        ];
        foreach (var (text, x, y, color) in _names)
        {
            var (width, (px, py)) = (ChartText.Width(text), canvas.PixelOf(x, y));
            PixelRect Box(PixelOffset place) => new((float)px + place.X - (width / 2), (float)px + place.X + (width / 2), (float)py + place.Y + (ChartText.LineHeight / 2), (float)py + place.Y - (ChartText.LineHeight / 2));
            PixelOffset[] places = [.. Places(width).Where(p => canvas.Holds(Box(p)))];
            // Where all is taken, what covers least; a whisker rather than a marker, and other names last of all.
            var place = places.Length == 0 ? new PixelOffset(0, -Near - (ChartText.LineHeight / 2)) : places.MinBy(p => taken.Sum(t => t.Weight * Shared(Box(p), t.Box)));
            taken.Add((Box(place), 50f));
            canvas.Text(text, x, y, Alignment.MiddleCenter, place.X, place.Y, color, halo: true);
            if (Math.Max(Math.Abs(place.X) - (width / 2), Math.Abs(place.Y) - (ChartText.LineHeight / 2)) >= Far) { canvas.Leader((x, y), Box(place)); }
        }
    }

    // In rings around the point, the nearest first.
    IEnumerable<PixelOffset> Places(float width)
    {
        for (var ring = Near; ring < 150; ring += ChartText.LineHeight + 1)
        {
            var (beside, over) = (ring + (width / 2), ring - 2 + (ChartText.LineHeight / 2));
            PixelOffset[] sides = [new(beside, 0), new(-beside, 0)];
            PixelOffset[] ends = [new(0, -over), new(0, over)];
            foreach (var place in aboveFirst ? [.. ends, .. sides] : sides.Concat(ends)) { yield return place; }
            for (var shift = Near; shift <= ring; shift += ChartText.LineHeight + 1)
            {
                foreach (var (x, y) in ((float, float)[])[(1, -1), (1, 1), (-1, -1), (-1, 1)]) { yield return new(x * (shift + (width / 2)), y * (over - 4)); }
            }
        }
    }

    PixelRect Spanning((double X, double Y) lower, (double X, double Y) upper, float margin)
    {
        var (low, high) = (canvas.PixelOf(lower.X, lower.Y), canvas.PixelOf(upper.X, upper.Y));
        return new((float)low.X - margin, (float)high.X + margin, (float)low.Y + margin, (float)high.Y - margin);
    }

    static float Shared(PixelRect a, PixelRect b) =>
        Math.Max(0, Math.Min(a.Right, b.Right) - Math.Max(a.Left, b.Left)) * Math.Max(0, Math.Min(a.Bottom, b.Bottom) - Math.Max(a.Top, b.Top));
}
