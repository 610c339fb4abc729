namespace DetrPerfLab.Training;

/// <summary>The kinds of things on a scene, in the order of their labels.</summary>
public enum SceneShape
{
    Disc,
    Ring,
    Crescent,
    Square,
    Triangle,
    Hexagon,
    Star,
    Cross,
    Heart,
    Arrow,
    Capsule,
    Ell,
}

/// <summary>Which points belong to a shape, in a frame of its own from -1 to 1, y downwards. Plain arithmetic only, so that every machine draws the same.</summary>
static class SceneShapes
{
    // cos and sin of 36 and 72 degrees, and of 60: .NET's own depend on the platform's library.
    const double Cos36 = 0.80901699437494745, Sin36 = 0.58778525229247314, Cos72 = 0.30901699437494745, Sin72 = 0.95105651629515353, Sin60 = 0.8660254037844386;
    const double StarInner = 0.45;

    static readonly (double X, double Y)[] s_triangle = [(0, -1), (Sin60, 0.5), (-Sin60, 0.5)];
    static readonly (double X, double Y)[] s_hexagon = [(1, 0), (0.5, Sin60), (-0.5, Sin60), (-1, 0), (-0.5, -Sin60), (0.5, -Sin60)];

    static readonly (double X, double Y)[] s_star =
    [
        (0, -1), (StarInner * Sin36, -StarInner * Cos36), (Sin72, -Cos72), (StarInner * Sin72, StarInner * Cos72), (Sin36, Cos36),
        (0, StarInner), (-Sin36, Cos36), (-StarInner * Sin72, StarInner * Cos72), (-Sin72, -Cos72), (-StarInner * Sin36, -StarInner * Cos36),
    ];

    /// <summary>What its class is called.</summary>
    internal static string Name(this SceneShape shape) => shape.ToString().ToLowerInvariant();

    internal static bool Contains(this SceneShape shape, double x, double y) => shape switch
    {
        SceneShape.Disc => InDisc(x, y, 1),
        SceneShape.Ring => InDisc(x, y, 1) && !InDisc(x, y, 0.55),
        SceneShape.Crescent => InDisc(x, y, 1) && !InDisc(x - 0.5, y, 0.75),
        SceneShape.Square => Math.Abs(x) <= 0.85 && Math.Abs(y) <= 0.85,
        SceneShape.Triangle => InPolygon(s_triangle, x, y),
        SceneShape.Hexagon => InPolygon(s_hexagon, x, y),
        SceneShape.Star => InPolygon(s_star, x, y),
        SceneShape.Cross => (Math.Abs(x) <= 0.33 && Math.Abs(y) <= 1) || (Math.Abs(y) <= 0.33 && Math.Abs(x) <= 1),
        SceneShape.Heart => InDisc(x - 0.45, y + 0.4, 0.52) || InDisc(x + 0.45, y + 0.4, 0.52) || (y >= -0.25 && y <= 0.95 && Math.Abs(x) <= 0.8 * (0.95 - y)),
        SceneShape.Arrow => (x >= -1 && x <= 0.2 && Math.Abs(y) <= 0.22) || (x >= 0.2 && x <= 1 && Math.Abs(y) <= 0.95 * (1 - x)),
        SceneShape.Capsule => (Math.Abs(x) <= 0.6 && Math.Abs(y) <= 0.4) || InDisc(Math.Abs(x) - 0.6, y, 0.4),
        SceneShape.Ell => (x >= -0.8 && x <= -0.25 && Math.Abs(y) <= 0.95) || (Math.Abs(x) <= 0.8 && y >= 0.4 && y <= 0.95),
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    static bool InDisc(double x, double y, double radius) => (x * x) + (y * y) <= radius * radius;

    /// <summary>By the number of edges that a line to the right crosses.</summary>
    static bool InPolygon((double X, double Y)[] corners, double x, double y)
    {
        var inside = false;
        for (int i = 0, j = corners.Length - 1; i < corners.Length; j = i++)
        {
            var (a, b) = (corners[i], corners[j]);
            if (a.Y > y != b.Y > y && x < ((b.X - a.X) * (y - a.Y) / (b.Y - a.Y)) + a.X) { inside = !inside; }
        }

        return inside;
    }
}
