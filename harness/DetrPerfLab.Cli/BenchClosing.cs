using static System.FormattableString;

namespace DetrPerfLab.Cli;

/// <summary>The last lines of <c>detrlab bench</c>: the fastest variant against the others. An interval decides; what it does not decide is said to be undecided.</summary>
static class BenchClosing
{
    internal static IEnumerable<string> Lines(IReadOnlyList<RunResult> results, string baseline)
    {
        var measured = results.Where(r => r.SamplesMs.Count > 0).ToList();
        if (measured.Count < 2) { yield break; }
        var ranked = measured.Where(r => !r.IsContaminated).OrderBy(r => Quantile.Median([.. r.RoundsMs])).ToList();
        if (ranked.Count < 2)
        {
            yield return "Undecided: fewer than two variants were measured without contamination. Measure again when the machine is quieter.";
            yield break;
        }

        var fastest = ranked[0];
        var against = ranked.Skip(1).Select(other => (other.Variant, Ratio: Bootstrap.RatioOfMedians([.. other.RoundsMs], [.. fastest.RoundsMs], paired: true))).ToList();
        if (against.Any(a => a.Ratio is null))
        {
            yield return $"Undecided: an interval needs {Bootstrap.LeastSamples} rounds: --rounds {Bootstrap.LeastSamples}";
            yield break;
        }

        var open = against.Where(a => a.Ratio!.Value.Lower <= 1).Select(a => Invariant($"{a.Variant} ({a.Ratio!.Value.Value:F2}x [{a.Ratio.Value.Lower:F2}, {a.Ratio.Value.Upper:F2}])")).ToList();
        if (open.Count > 0) { yield return $"Undecided: {fastest.Variant} against {string.Join(", ", open)}; more rounds may tell: --rounds {2 * fastest.RoundsMs.Count}"; }
        var decided = against.Where(a => a.Ratio!.Value.Lower > 1).Select(a => (a.Variant, Ratio: a.Ratio!.Value)).ToList();
        // In brackets of the first line, since it is what the table counts from; alone it has the line.
        var inBrackets = decided.Count > 1 ? decided.Skip(1).Where(a => a.Variant == baseline).Select(a => Invariant($" ({a.Ratio.Value:F1}x {a.Variant})")).FirstOrDefault() : null;
        foreach (var (index, (variant, ratio)) in decided.Index())
        {
            if (index > 0 && inBrackets is not null && variant == baseline) { continue; }
            yield return Invariant($"{fastest.Variant} is {Times(ratio)} as fast as {variant}{(index == 0 ? inBrackets : "")}");
        }
    }

    /// <summary><c>3.20x ± 0.10</c>; with its ends where they are not alike, since half of a lopsided interval says more, or less, than it holds.</summary>
    internal static string Times(Interval ratio)
    {
        var (below, above) = (ratio.Value - ratio.Lower, ratio.Upper - ratio.Value);
        return Math.Max(below, above) <= 2 * Math.Min(below, above) ? Invariant($"{ratio.Value:F2}x ± {(ratio.Upper - ratio.Lower) / 2:F2}") : Invariant($"{ratio.Value:F2}x [{ratio.Lower:F2}, {ratio.Upper:F2}]");
    }
}
