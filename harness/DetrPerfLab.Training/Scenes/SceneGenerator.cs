namespace DetrPerfLab.Training;

/// <summary>Scenes from a seed, equal on every machine: shapes of many sizes, turned, textured and lit, over structured and noisy grounds, some of them hidden in part; then blur and noise.</summary>
/// <remarks>Only additions, products, quotients and square roots are used, which every processor rounds alike; what hides more than half of another is not placed.</remarks>
public static class SceneGenerator
{
    const int Side = Scene.Side, Fine = 2 * Side; // four samples a pixel
    const int MostObjects = 8, MostTries = 12;
    const double Smallest = 10, Largest = 110; // half of a shape's side, pixels
    const double LeastSeen = 0.5; // of what a thing shows alone
    const sbyte Nobody = -1;

    /// <summary>Scene <paramref name="index"/> of a seed.</summary>
    public static Scene Create(ulong seed, int index)
    {
        var random = DeterministicRandom.Stream(seed, index);
        var colours = SceneGround.Paint(random);
        var owner = new sbyte[Fine * Fine];
        Array.Fill(owner, Nobody);
        var (placed, count) = (new List<Placed>(), 1 + random.Next(MostObjects));
        for (var i = 0; i < count; i++)
        {
            for (var attempt = 0; attempt < MostTries; attempt++)
            {
                var thing = Placed.Random(random);
                if (TryPlace(thing, owner, placed)) { break; }
            }
        }

        for (sbyte i = 0; i < placed.Count; i++) { Draw(colours, owner, placed[i], i, random); }
        for (var blur = random.Next(3); blur > 0; blur--) { Blur(colours); }
        return new(ToPicture(colours, random, noise: random.Next(4) * 5), Seen(placed, owner)) { JpegQuality = 50 + random.Next(46) };
    }

    /// <summary>Marks what it covers, unless it would hide too much of another, or lie too far outside.</summary>
    static bool TryPlace(Placed thing, sbyte[] owner, List<Placed> placed)
    {
        var covered = new List<int>();
        var hidden = new int[placed.Count];
        var (outside, number) = (0, (sbyte)placed.Count);
        for (var y = (int)(2 * (thing.Y - thing.Reach)); y <= 2 * (thing.Y + thing.Reach); y++)
        {
            for (var x = (int)(2 * (thing.X - thing.Reach)); x <= 2 * (thing.X + thing.Reach); x++)
            {
                if (!thing.Contains((x + 0.5) / 2, (y + 0.5) / 2)) { continue; }
                if (x < 0 || y < 0 || x >= Fine || y >= Fine)
                {
                    outside++;
                    continue;
                }

                covered.Add((y * Fine) + x);
                if (owner[(y * Fine) + x] is >= 0 and var other) { hidden[other]++; }
            }
        }

        if (covered.Count < LeastSeen * (covered.Count + outside) || covered.Count == 0) { return false; }
        for (var other = 0; other < hidden.Length; other++)
        {
            if (placed[other].Shown - hidden[other] < LeastSeen * placed[other].Alone) { return false; }
        }

        for (var other = 0; other < hidden.Length; other++) { placed[other].Shown -= hidden[other]; }
        foreach (var at in covered) { owner[at] = number; }
        thing.Alone = thing.Shown = covered.Count;
        placed.Add(thing);
        return true;
    }

    static void Draw(float[] colours, sbyte[] owner, Placed thing, sbyte number, DeterministicRandom random)
    {
        var (one, other) = (SceneGround.Colour(random), SceneGround.Colour(random));
        var (texture, frequency, light) = (random.Next(4), 1.5 + (2.5 * random.NextDouble()), 0.35 * random.NextDouble());
        var (lightX, lightY) = Direction(random);
        for (var y = Math.Max(0, (int)(thing.Y - thing.Reach)); y <= Math.Min(Side - 1, thing.Y + thing.Reach); y++)
        {
            for (var x = Math.Max(0, (int)(thing.X - thing.Reach)); x <= Math.Min(Side - 1, thing.X + thing.Reach); x++)
            {
                var samples = 0;
                for (var sub = 0; sub < 4; sub++) { samples += owner[(((2 * y) + (sub >> 1)) * Fine) + (2 * x) + (sub & 1)] == number ? 1 : 0; }
                if (samples == 0) { continue; }
                var (u, v) = thing.Inside(x + 0.5, y + 0.5);
                var isOther = texture switch
                {
                    1 => Fraction(u * frequency) < 0.5, // stripes
                    2 => Square(Fraction(u * frequency) - 0.5) + Square(Fraction(v * frequency) - 0.5) < 0.09, // dots
                    3 => u < 0, // two halves: a core would look like a disc of its own
                    _ => false,
                };
                var (colour, shade, share) = (isOther ? other : one, 1 + (light * ((u * lightX) + (v * lightY))), samples / 4f);
                for (var c = 0; c < 3; c++)
                {
                    ref var pixel = ref colours[(((y * Side) + x) * 3) + c];
                    pixel = (pixel * (1 - share)) + ((float)(colour[c] * shade) * share);
                }
            }
        }
    }

    /// <summary>What is left of each in the end; half of it at least, or the later one would not have been placed.</summary>
    static IReadOnlyList<SceneObject> Seen(IReadOnlyList<Placed> placed, sbyte[] owner)
    {
        var edges = new (int Left, int Top, int Right, int Bottom)[placed.Count];
        Array.Fill(edges, (Fine, Fine, -1, -1));
        for (var y = 0; y < Fine; y++)
        {
            for (var x = 0; x < Fine; x++)
            {
                if (owner[(y * Fine) + x] is not (>= 0 and var who)) { continue; }
                ref var e = ref edges[who];
                e = (Math.Min(e.Left, x), Math.Min(e.Top, y), Math.Max(e.Right, x), Math.Max(e.Bottom, y));
            }
        }

        return [.. placed.Zip(edges, (p, e) => new SceneObject(p.Shape, e.Left / 2f, e.Top / 2f, (e.Right + 1) / 2f, (e.Bottom + 1) / 2f, p.Shown / 4f))];
    }

    /// <summary>A quarter, a half, a quarter of three neighbours, along rows and columns.</summary>
    static void Blur(float[] colours)
    {
        var before = (float[])colours.Clone();
        Pass(before, colours, 3);
        Array.Copy(colours, before, colours.Length);
        Pass(before, colours, 3 * Side);

        static void Pass(float[] from, float[] to, int step)
        {
            for (var i = step; i < from.Length - step; i++) { to[i] = (0.25f * from[i - step]) + (0.5f * from[i]) + (0.25f * from[i + step]); }
        }
    }

    static RgbImage ToPicture(float[] colours, DeterministicRandom random, int noise)
    {
        var picture = new RgbImage();
        picture.Resize(new(Side, Side));
        var pixels = picture.Pixels;
        for (var i = 0; i < pixels.Length; i++)
        {
            var value = colours[i];
            if (noise > 0)
            {
                var bits = random.NextUInt64(); // three equal numbers added are nearly normal
                value += noise * ((((bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF)) / 65536f) - 1.5f);
            }

            pixels[i] = (byte)Math.Clamp(value + 0.5f, 0, 255);
        }

        return picture;
    }

    /// <summary>A random direction of length 1, from a point of the disc.</summary>
    internal static (double X, double Y) Direction(DeterministicRandom random)
    {
        while (true)
        {
            var (x, y) = ((2 * random.NextDouble()) - 1, (2 * random.NextDouble()) - 1);
            var length = Math.Sqrt((x * x) + (y * y));
            if (length is > 0.1 and <= 1) { return (x / length, y / length); }
        }
    }

    internal static double Fraction(double value) => value - Math.Floor(value);

    static double Square(double value) => value * value;

    /// <summary>A shape at its place.</summary>
    sealed class Placed(SceneShape shape, double x, double y, double half, double stretch, double cos, double sin)
    {
        internal SceneShape Shape => shape;
        internal double X => x;
        internal double Y => y;
        internal double Reach => half * 1.5; // no corner lies farther from its middle, pixels
        internal int Alone { get; set; } // samples that it covers
        internal int Shown { get; set; } // those that nothing hides

        /// <summary>Small ones as often as large ones, by the ratio of sizes.</summary>
        internal static Placed Random(DeterministicRandom random)
        {
            var shape = (SceneShape)random.Next(Enum.GetValues<SceneShape>().Length);
            var half = Smallest;
            for (var steps = random.Next(64); steps > 0; steps--) { half *= 1.0388; } // 1.0388^63 = 11: no logarithm, which differs between libraries
            var (cos, sin) = Direction(random);
            return new(shape, random.NextDouble() * Side, random.NextDouble() * Side, Math.Min(half, Largest), 0.7 + (0.3 * random.NextDouble()), cos, sin);
        }

        /// <summary>A point of the picture in the shape's own frame.</summary>
        internal (double U, double V) Inside(double pointX, double pointY)
        {
            var (dx, dy) = ((pointX - x) / half, (pointY - y) / half);
            return ((cos * dx) + (sin * dy), ((cos * dy) - (sin * dx)) / stretch);
        }

        internal bool Contains(double pointX, double pointY)
        {
            var (u, v) = Inside(pointX, pointY);
            return shape.Contains(u, v);
        }
    }
}
