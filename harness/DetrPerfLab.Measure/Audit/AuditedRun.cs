using DetrPerfLab.Core;

namespace DetrPerfLab.Measure;

/// <summary>A timed run, and how it was audited.</summary>
/// <param name="Ms">What it took.</param>
/// <param name="Fresh">Whether its input had never been seen.</param>
/// <param name="Checked">Whether its outputs were compared with the reference.</param>
/// <param name="BitwiseEqual">Whether they had the very bits of the first accepted ones.</param>
public readonly record struct AuditedRun(double Ms, bool Fresh, bool Checked, bool BitwiseEqual)
{
    /// <summary>What a number of runs show together.</summary>
    /// <param name="variant">Named in the message.</param>
    /// <param name="runs">Of one variant.</param>
    /// <param name="options">Tell how much longer fresh inputs may take.</param>
    /// <exception cref="LabException">Fresh inputs took much longer than usual ones.</exception>
    public static AuditInfo Conclude(string variant, IReadOnlyList<AuditedRun> runs, AuditOptions options)
    {
        double[] fresh = [.. runs.Where(r => r.Fresh).Select(r => r.Ms)];
        double[] usual = [.. runs.Where(r => !r.Fresh).Select(r => r.Ms)];
        if (fresh.Length == 0 || usual.Length == 0) { return new(runs.Count(r => r.Checked), runs.Count(r => r.BitwiseEqual), fresh.Length, null); }
        var typical = Quantile.Median(usual);
        var ratio = Quantile.Median(fresh) / typical;
        // Some slow runs are noise on a shared machine; a cache shows in every one.
        return fresh.Length >= 3 && fresh.Min() > options.MostFreshToUsual * typical
            ? throw LabError.AuditedCaching(variant, ratio, options.MostFreshToUsual)
            : new(runs.Count(r => r.Checked), runs.Count(r => r.BitwiseEqual), fresh.Length, ratio);
    }
}
