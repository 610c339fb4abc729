namespace DetrPerfLab.Training;

/// <summary>What lies behind the things of a scene: a gradient with clouds, stripes, a chequerboard or patches, never a shape that has a class.</summary>
static class SceneGround
{
    const int Side = Scene.Side;

    /// <summary>Red, green and blue of each pixel, [side, side, 3], 0 to 255.</summary>
    internal static float[] Paint(DeterministicRandom random)
    {
        var (one, other) = (Colour(random), Colour(random));
        var kind = random.Next(4);
        var (directionX, directionY) = SceneGenerator.Direction(random);
        var period = 20 + (60 * random.NextDouble());
        var clouds = Clouds(random);
        var strength = 40 * random.NextDouble();
        ((double X, double Y) Direction, double Offset)[] cuts = [.. Enumerable.Range(0, 5).Select(_ => (SceneGenerator.Direction(random), ((random.NextDouble() * 2) - 1) * Side / 2))];
        var colours = new float[Side * Side * 3];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var along = ((x - (Side / 2)) * directionX) + ((y - (Side / 2)) * directionY);
                var across = ((y - (Side / 2)) * directionX) - ((x - (Side / 2)) * directionY);
                var share = kind switch
                {
                    0 => Math.Clamp(0.5 + (along / Side), 0, 1),
                    1 => SceneGenerator.Fraction(along / period) < 0.5 ? 0.35 : 0.65,
                    2 => SceneGenerator.Fraction(along / period) < 0.5 == SceneGenerator.Fraction(across / period) < 0.5 ? 0.35 : 0.65,
                    _ => 0.2 + (0.12 * cuts.Count(c => ((x - (Side / 2)) * c.Direction.X) + ((y - (Side / 2)) * c.Direction.Y) > c.Offset)),
                };
                var cloud = (clouds(x, y) - 0.5) * strength;
                for (var c = 0; c < 3; c++) { colours[(((y * Side) + x) * 3) + c] = (float)((one[c] * (1 - share)) + (other[c] * share) + cloud); }
            }
        }

        return colours;
    }

    /// <summary>Any colour, 20 to 235 in each part.</summary>
    internal static int[] Colour(DeterministicRandom random) => [20 + random.Next(216), 20 + random.Next(216), 20 + random.Next(216)];

    /// <summary>Random values on a coarse grid, straight lines between them; 0 to 1.</summary>
    static Func<int, int, double> Clouds(DeterministicRandom random)
    {
        const int Cell = 32, Across = (Side / Cell) + 1;
        var corners = new double[Across * Across];
        foreach (ref var corner in corners.AsSpan()) { corner = random.NextDouble(); }
        return (x, y) =>
        {
            var (column, row, u, v) = (x / Cell, y / Cell, (x % Cell) / (double)Cell, (y % Cell) / (double)Cell);
            double Along(int at) => (corners[at] * (1 - u)) + (corners[at + 1] * u);
            return (Along((row * Across) + column) * (1 - v)) + (Along(((row + 1) * Across) + column) * v);
        };
    }
}
