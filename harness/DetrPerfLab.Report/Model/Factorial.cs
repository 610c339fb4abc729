namespace DetrPerfLab.Report;

/// <summary>One setting of a factor against its first setting: how many times faster, over all combinations of the other factors.</summary>
sealed record MainEffect(string Factor, string Level, string From, Estimate Gain);

/// <summary>Whether two savings multiply: the gain of A with B's setting over the gain of A without it. 1 multiplies, less is less than the product.</summary>
sealed record Interaction(string Factor, string Level, string WithFactor, string WithLevel, Estimate Ratio);

/// <summary>Main effects and two-way interactions of a full factorial run, on the logarithm of the median latency.</summary>
/// <remarks>Source: Box, Hunter, Hunter, "Statistics for experimenters", 2005, chapter 5; intervals by bootstrap of the cells' samples.</remarks>
sealed class Factorial
{
    const int Replicates = 400;
    const ulong Seed = 5;

    readonly (string Name, string[] Levels)[] _factors;
    readonly double[][] _samples; // of each cell, row-major over the factors' levels

    Factorial((string Name, string[] Levels)[] factors, double[][] samples) => (_factors, _samples) = (factors, samples);

    /// <summary>Finds the grid in the cases; null with a reason where it is incomplete or has fewer than two factors.</summary>
    internal static Factorial? From(IReadOnlyList<CaseView> cases, out string reason)
    {
        reason = "no factorial suite was measured";
        if (cases.Count == 0) { return null; }
        string[] names = ["precision", .. cases.SelectMany(c => c.Run.Parameters.Keys).Select(k => k.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)];
        string Level(CaseView c, string name) => name == "precision" ? c.Run.Variant : c.Parameter(name) ?? "";
        (string Name, string[] Levels)[] factors = [.. names
            .Select(n => (n, cases.Select(c => Level(c, n)).Distinct().OrderBy(Leading).ThenBy(l => l, StringComparer.Ordinal).ToArray()))
            // The slow end first, so that effects read as gains: baseline precision, few threads, large images.
            .Select(f => (f.n, f.n == "precision" ? [.. f.Item2.Order(VariantName.Order)]
                : f.n.Contains("size", StringComparison.Ordinal) ? [.. f.Item2.Reverse()] : f.Item2))
            .Where(f => f.Item2.Length >= 2)];
        reason = "the factorial suite varies fewer than two things";
        if (factors.Length < 2) { return null; }
        var cells = 1;
        foreach (var (_, levels) in factors) { cells *= levels.Length; }
        var samples = new double[cells][];
        foreach (var view in cases.Where(c => c.Summary is not null))
        {
            var index = 0;
            foreach (var (name, levels) in factors) { index = (index * levels.Length) + Array.IndexOf(levels, Level(view, name)); }
            samples[index] = [.. view.Run.SamplesMs];
        }

        var missing = samples.Count(s => s is null);
        reason = $"{missing} of the {cells} combinations of the factorial suite have no samples";
        return missing > 0 ? null : new(factors, samples);
    }

    internal IReadOnlyList<(string Name, string[] Levels)> Factors => _factors;

    internal IReadOnlyList<MainEffect> MainEffects() =>
        [.. from f in Enumerable.Range(0, _factors.Length)
            from level in Enumerable.Range(1, _factors[f].Levels.Length - 1)
            let contrast = Contrast([(f, level)])
            select new MainEffect(_factors[f].Name, _factors[f].Levels[level], _factors[f].Levels[0], Evaluate(contrast))];

    internal IReadOnlyList<Interaction> Interactions() =>
        [.. from f in Enumerable.Range(0, _factors.Length)
            from g in Enumerable.Range(f + 1, _factors.Length - f - 1)
            from level in Enumerable.Range(1, _factors[f].Levels.Length - 1)
            from other in Enumerable.Range(1, _factors[g].Levels.Length - 1)
            select new Interaction(_factors[f].Name, _factors[f].Levels[level], _factors[g].Name, _factors[g].Levels[other], Evaluate(Contrast([(f, level), (g, other)])))];

    // Weights of log latencies whose sum is minus the logarithm of the factor: +1 at a level, -1 at the first, averaged over the other factors.
    double[] Contrast((int Factor, int Level)[] terms)
    {
        var weights = new double[_samples.Length];
        var others = (double)_samples.Length;
        foreach (var (factor, _) in terms) { others /= _factors[factor].Levels.Length; }
        for (var cell = 0; cell < weights.Length; cell++)
        {
            var weight = 1 / others;
            foreach (var (factor, level) in terms)
            {
                var at = LevelOf(cell, factor);
                weight *= at == level ? 1 : at == 0 ? -1 : 0;
            }

            // A pair of gains counts once with either sign: gain = -(log latency), so a product of two contrasts keeps its sign turned.
            weights[cell] = -weight;
        }

        return weights;
    }

    int LevelOf(int cell, int factor)
    {
        for (var f = _factors.Length - 1; f > factor; f--) { cell /= _factors[f].Levels.Length; }
        return cell % _factors[factor].Levels.Length;
    }

    Estimate Evaluate(double[] weights)
    {
        double Value(Func<int, double> median)
        {
            var sum = 0.0;
            for (var cell = 0; cell < weights.Length; cell++)
            {
                if (weights[cell] != 0) { sum += weights[cell] * Math.Log(median(cell)); }
            }

            return Math.Exp(sum);
        }

        var value = Value(cell => Quantile.Median(_samples[cell]));
        if (_samples.Any(s => s.Length < Bootstrap.LeastSamples)) { return new(value, null); }
        var random = new DeterministicRandom(Seed);
        var replicates = new double[Replicates];
        foreach (ref var replicate in replicates.AsSpan())
        {
            replicate = Value(cell =>
            {
                var source = _samples[cell];
                var draw = new double[source.Length];
                for (var i = 0; i < draw.Length; i++) { draw[i] = source[random.Next(source.Length)]; }
                return Quantile.Median(draw);
            });
        }

        return new(value, Bootstrap.IntervalOf(value, replicates));
    }

    static double Leading(string level) =>
        CaseView.LeadingNumber(level) ?? double.MaxValue;
}
