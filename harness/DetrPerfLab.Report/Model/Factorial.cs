using System.Numerics;

namespace DetrPerfLab.Report;

/// <summary>One setting of a factor against its first setting: how many times faster, over all combinations of the other factors.</summary>
sealed record MainEffect(string Factor, string Level, string From, Estimate Gain);

/// <summary>Whether two savings multiply: the gain of A with B's setting over the gain of A without it. 1 multiplies, less is less than the product.</summary>
sealed record Interaction(string Factor, string Level, string WithFactor, string WithLevel, Estimate Ratio);

/// <summary>Main effects and two-way interactions of a full factorial run, on the logarithm of the median latency.</summary>
/// <remarks>Source: Box, Hunter, Hunter, "Statistics for experimenters", 2005, chapter 5; intervals by bootstrap of the cells' samples.</remarks>
sealed class Factorial((string Name, string[] Levels)[] factors, (int[] Levels, double[] Samples)[] cells)
{
    const string Precision = "precision"; // the factor that the variants are levels of
    const int Replicates = 400;
    const ulong Seed = 5;

    readonly (int[] Levels, double[] Samples)[] _cells = cells; // row-major over the factors' levels

    internal (string Name, string[] Levels)[] Factors => factors;

    /// <summary>Finds the grid in the cases; null with a reason where it is incomplete or has fewer than two factors.</summary>
    internal static Factorial? From(IReadOnlyList<CaseView> cases, out string reason)
    {
        reason = "no factorial suite was measured";
        if (cases.Count == 0) { return null; }
        string[] names = [Precision, .. cases.SelectMany(c => c.Run.Parameters.Keys).Select(k => k.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)];
        (string Name, string[] Levels)[] factors =
            [.. names.Select(n => (n, Ordered(n, cases.Select(c => Level(c, n)).Distinct()).ToArray())).Where(f => f.Item2.Length >= 2)];
        reason = "the factorial suite varies fewer than two things";
        if (factors.Length < 2) { return null; }
        // Only what was measured is visited, by its place in the grid: the results of others may span one that is larger than any number of cases.
        var cells = new SortedDictionary<BigInteger, (int[] Levels, double[] Samples)>();
        foreach (var view in cases.Where(c => c.Summary is not null))
        {
            int[] at = [.. factors.Select(f => Array.IndexOf(f.Levels, Level(view, f.Name)))];
            cells[factors.Zip(at).Aggregate(BigInteger.Zero, (place, f) => (place * f.First.Levels.Length) + f.Second)] = (at, [.. view.Run.SamplesMs]);
        }

        var all = factors.Aggregate(BigInteger.One, (product, f) => product * f.Levels.Length);
        reason = $"{all - cells.Count} of the {all} combinations of the factorial suite have no samples";
        return all > cells.Count ? null : new(factors, [.. cells.Values]);
    }

    static string Level(CaseView view, string factor) => factor == Precision ? view.Run.Variant : view.Parameter(factor) ?? "";

    // The slow end first, so that effects read as gains: the plainest variant, few threads, large images.
    static IEnumerable<string> Ordered(string factor, IEnumerable<string> levels)
    {
        if (factor == Precision) { return levels.Order(VariantName.Order); }
        var rising = levels.OrderBy(l => CaseView.LeadingNumber(l) ?? double.MaxValue).ThenBy(l => l, StringComparer.Ordinal);
        return factor.Contains("size", StringComparison.Ordinal) ? rising.Reverse() : rising;
    }

    internal IReadOnlyList<MainEffect> MainEffects() =>
        [.. from f in Enumerable.Range(0, Factors.Length)
            from level in Enumerable.Range(1, Factors[f].Levels.Length - 1)
            select new MainEffect(Factors[f].Name, Factors[f].Levels[level], Factors[f].Levels[0], Evaluate((f, level)))];

    internal IReadOnlyList<Interaction> Interactions() =>
        [.. from f in Enumerable.Range(0, Factors.Length)
            from g in Enumerable.Range(f + 1, Factors.Length - f - 1)
            from level in Enumerable.Range(1, Factors[f].Levels.Length - 1)
            from other in Enumerable.Range(1, Factors[g].Levels.Length - 1)
            select new Interaction(Factors[f].Name, Factors[f].Levels[level], Factors[g].Name, Factors[g].Levels[other], Evaluate((f, level), (g, other)))];

    Estimate Evaluate(params (int Factor, int Level)[] terms)
    {
        // Weights of log latencies: +1 at a level, -1 at the first, averaged over the other factors. The gain is minus their sum, once for a pair of terms, too.
        var others = terms.Aggregate((double)_cells.Length, (count, t) => count / Factors[t.Factor].Levels.Length);
        (double Weight, double[] Samples)[] cells =
        [
            .. _cells.Select(c => (-terms.Aggregate(1 / others, (weight, t) => weight * (c.Levels[t.Factor] == t.Level ? 1 : c.Levels[t.Factor] == 0 ? -1 : 0)), c.Samples))
                .Where(c => c.Item1 != 0),
        ];
        double Value(Func<double[], double> median) => Math.Exp(cells.Sum(c => c.Weight * Math.Log(median(c.Samples))));

        var value = Value(samples => Quantile.Median(samples));
        if (_cells.Any(c => c.Samples.Length < Bootstrap.LeastSamples)) { return new(value, null); }
        var random = new DeterministicRandom(Seed);
        double Redrawn(double[] samples)
        {
            var draw = new double[samples.Length];
            foreach (ref var one in draw.AsSpan()) { one = samples[random.Next(samples.Length)]; }
            return Quantile.Median(draw);
        }

        return new(value, Bootstrap.IntervalOf(value, [.. Enumerable.Range(0, Replicates).Select(_ => Value(Redrawn))]));
    }
}
