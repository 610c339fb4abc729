namespace DetrPerfLab.Cli;

/// <summary>The results folder as commands and suites write it, and the speed-ups that they show.</summary>
static class LabResults
{
    internal static ResultStore Open(string folder) => new(folder, TrustedSpeedUpOf);

    /// <summary>Of those measured in turns, what the others are compared with where the user says nothing: the registry's baseline where it takes part, else the first.</summary>
    internal static string BaselineOf(IReadOnlyList<string> variants) => variants.Contains(VariantName.Baseline) ? VariantName.Baseline : variants[0];

    /// <summary>Per image; over the baseline of the same interleaved run, else over the row of the suite that differs in nothing but what the suite varies. Null where either has no samples.</summary>
    internal static double? SpeedUpOf(RunResult result, IEnumerable<RunResult> all) =>
        result.SamplesMs.Count > 0 && BaselineRow(result, all) is { } baseline ? MsPerImage(baseline) / MsPerImage(result) : null;

    /// <summary>A table without notes says nothing of contaminated runs.</summary>
    static double? TrustedSpeedUpOf(RunResult result, IReadOnlyList<RunResult> all) =>
        result.IsContaminated || BaselineRow(result, all) is { IsContaminated: true } ? null : SpeedUpOf(result, all);

    static RunResult? BaselineRow(RunResult result, IEnumerable<RunResult> all)
    {
        if (result.Interleaving is { } turns)
        {
            var chosen = result.Options.SkipWhile(o => o != "--baseline").Skip(1).FirstOrDefault() ?? BaselineOf(turns.Variants);
            return all.FirstOrDefault(r => r.Interleaving?.Run == turns.Run && r.Variant == chosen && r.SamplesMs.Count > 0);
        }

        var suite = Suites.Find(result.Suite);
        return suite.BaselineAmong(all.Where(r => r.Suite == result.Suite && suite.FixedPart(r) == suite.FixedPart(result)));
    }

    static double MsPerImage(RunResult result) => Quantile.Median([.. result.SamplesMs]) / result.ImagesPerOperation;
}
