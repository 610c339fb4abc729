namespace DetrPerfLab.Report;

/// <summary>
/// A chart that is ready to be drawn, in any theme. Alt is what it shows, in words, with its main figures: for those who do not see it.
/// Words come on top of the height of the data, in pixels.
/// </summary>
sealed record Chart(string Name, string Alt, int DataHeight, Action<ChartCanvas> Draw)
{
    internal const int Width = 700; // pixels: half a screen, and a README on GitHub

    internal ChartCanvas On(ChartTheme theme)
    {
        var canvas = new ChartCanvas(theme, Width, DataHeight);
        Draw(canvas);
        return canvas;
    }
}

/// <summary>A chart, or the reason why there is none.</summary>
readonly record struct Drawing(Chart? Chart, string? Reason)
{
    public static implicit operator Drawing(Chart chart) => new(chart, null);

    internal static Drawing None(string reason) => new(null, reason);
}

/// <summary>Cases that a line joins.</summary>
sealed record Line(string Name, CaseView[] Cases)
{
    internal VariantStyle Style => VariantStyle.Of(Cases[0].Run.Variant);

    /// <summary>One line for each name, its cases along the axis; what has a single case is no line.</summary>
    internal static Line[] Of(IEnumerable<CaseView> cases, Func<CaseView, string> name, Func<CaseView, double?> x) =>
        [.. cases.GroupBy(name).Select(g => new Line(g.Key, [.. g.OrderBy(x)])).Where(l => l.Cases.Length >= 2).OrderBy(l => l.Name, StringComparer.Ordinal)];
}

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

/// <summary>How charts and tables mark what rests on a contaminated run: an asterisk and a line of words, the same everywhere.</summary>
static class Disturbed
{
    internal static string Mark(params IEnumerable<CaseView?> cases) => cases.Any(c => c is { IsContaminated: true }) ? "*" : "";

    internal static string? Note(IEnumerable<CaseView> cases) =>
        cases.Any(c => c.IsContaminated) ? "* from a contaminated run: shown, but it decides nothing" : null;

    internal static string Sentence(IEnumerable<CaseView> cases) => Note(cases) is null ? "" : $" Measured in contaminated runs: {string.Join("; ", cases.Where(c => c.IsContaminated).Select(c => c.Run.Parameters.Count > 0 ? $"{c.Run.Variant}, {c.ParameterText}" : c.Run.Variant).Distinct())}.";
}
