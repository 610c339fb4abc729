namespace DetrPerfLab.Report;

/// <summary>Ticks of an axis that ScottPlot's own generators do not make.</summary>
static class Ticks
{
    /// <summary>1, 2 and 5 times powers of ten from below <paramref name="low"/> to above <paramref name="high"/>, at their decimal logarithms.</summary>
    /// <remarks>ScottPlot labels whole powers of ten only; latencies seldom span more than one.</remarks>
    internal static (double Position, string Label)[] Logarithmic(double low, double high)
    {
        List<double> values = [];
        for (var power = Math.Floor(Math.Log10(low)); power <= Math.Ceiling(Math.Log10(high)); power++)
        {
            foreach (var digit in (double[])[1, 2, 5]) { values.Add(digit * Math.Pow(10, power)); }
        }

        // The nearest round number outside the range closes it at both ends.
        var from = values.FindLastIndex(v => v <= low * 1.0001);
        var to = values.FindIndex(v => v >= high * 0.9999);
        return [.. values[Math.Max(0, from)..((to < 0 ? values.Count - 1 : to) + 1)].Select(v => (Math.Log10(v), Format.Shortest(v)))];
    }

    /// <summary>The measured values themselves, where they are few and none may go unnamed.</summary>
    internal static IEnumerable<(double Position, string Label)> Each(IEnumerable<double> values) => values.Select(v => (v, Format.Shortest(v)));
}
