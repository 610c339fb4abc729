namespace DetrPerfLab.Report;

/// <summary>Positions and labels of an axis.</summary>
/// <param name="Positions">In the axis' coordinates, ascending.</param>
/// <param name="Labels">One a position.</param>
public sealed record Ticks(double[] Positions, string[] Labels)
{
    /// <summary>Round numbers from at most <paramref name="low"/> to at least <paramref name="high"/>, about <paramref name="count"/> of them.</summary>
    public static Ticks Linear(double low, double high, int count = 6, string suffix = "")
    {
        if (!(high > low)) { high = low + 1; }
        var step = NiceStep((high - low) / Math.Max(1, count - 1));
        var first = Math.Floor((low / step) + 1e-9);
        var last = Math.Ceiling((high / step) - 1e-9);
        var positions = new List<double>();
        for (var i = first; i <= last; i++) { positions.Add(i * step); }
        return new([.. positions], [.. positions.Select(p => Format.Number(p, Decimals(step)) + suffix)]);
    }

    /// <summary>1, 2 and 5 times powers of ten that cover the range, at the positions of their decimal logarithms.</summary>
    public static Ticks Logarithmic(double low, double high)
    {
        var values = new List<double>();
        for (var power = Math.Floor(Math.Log10(low)); power <= Math.Ceiling(Math.Log10(high)); power++)
        {
            foreach (var digit in (double[])[1, 2, 5]) { values.Add(digit * Math.Pow(10, power)); }
        }

        // The nearest round number outside the range closes it at both ends.
        var from = values.FindLastIndex(v => v <= low * 1.0001);
        var to = values.FindIndex(v => v >= high * 0.9999);
        var chosen = values[Math.Max(0, from)..((to < 0 ? values.Count - 1 : to) + 1)];
        return new([.. chosen.Select(Math.Log10)], [.. chosen.Select(v => Format.Number(v, v < 1 ? Decimals(v) : 0))]);
    }

    /// <summary>Where the axis begins.</summary>
    public double Low => Positions[0];

    /// <summary>Where the axis ends.</summary>
    public double High => Positions[^1];

    static double NiceStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var digit = rough / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 2.5 ? 2.5 : digit <= 5 ? 5 : 10);
    }

    static int Decimals(double step)
    {
        var decimals = 0;
        while (decimals < 9 && Math.Abs((step * Math.Pow(10, decimals)) - Math.Round(step * Math.Pow(10, decimals))) > 1e-6) { decimals++; }
        return decimals;
    }
}
