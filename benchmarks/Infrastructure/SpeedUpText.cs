using System.Globalization;
using DetrPerfLab.Core;
using DetrPerfLab.Engines;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>The speed-up chart as text, for the screen.</summary>
static class SpeedUpText
{
    const int Width = 40;

    /// <summary>One bar a variant; nothing without the baseline.</summary>
    internal static void Write(IReadOnlyList<RunResult> results, TextWriter output)
    {
        var baseline = results.FirstOrDefault(r => r.Variant == VariantRegistry.Baseline && r.SamplesMs.Count > 0);
        if (baseline is null) { return; }
        var speedUps = results.Where(r => r.SamplesMs.Count > 0)
            .Select(r => (r.Variant, Value: Median(baseline) / Median(r)))
            .ToList();
        var most = speedUps.Max(s => s.Value);
        output.WriteLine();
        output.WriteLine($"{results[0].Suite}: speed-up over {VariantRegistry.Baseline}");
        foreach (var (variant, value) in speedUps)
        {
            var bar = new string('█', Math.Max(1, (int)Math.Round(value / most * Width)));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {variant,-26} {bar} {value:F2}x"));
        }

        output.WriteLine();
    }

    static double Median(RunResult result) => Quantile.Median([.. result.SamplesMs]);
}
