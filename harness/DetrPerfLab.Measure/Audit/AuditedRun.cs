namespace DetrPerfLab.Measure;

/// <summary>A timed run, and how it was audited, as <see cref="AuditInfo"/> counts it.</summary>
public readonly record struct AuditedRun(double Ms, bool Fresh, bool Checked, bool BitwiseEqual)
{
    /// <exception cref="LabException">Fresh inputs took much longer than usual ones.</exception>
    public static AuditInfo Conclude(string variant, IReadOnlyList<AuditedRun> runs, AuditOptions options, AuditReplay? end = null)
    {
        double[] fresh = [.. runs.Where(r => r.Fresh).Select(r => r.Ms)];
        double[] usual = [.. runs.Where(r => !r.Fresh).Select(r => r.Ms)];
        var typical = usual.Length > 0 ? Quantile.Median(usual) : (double?)null;
        var ratio = fresh.Length > 0 ? Quantile.Median(fresh) / typical : null;
        var decides = fresh.Length >= AuditInfo.LeastFresh && typical is not null;
        // Some slow runs are noise on a shared machine; a cache shows in every one.
        if (decides && fresh.Min() > options.MostFreshToUsual * typical)
        {
            throw LabError.CheckFailed(FormattableString.Invariant($"Audit of '{variant}': fresh inputs took {ratio:0.##} times as long as the usual one, needed at most {options.MostFreshToUsual:0.##}. ")
                + "Its times are dropped: the engine caches results, or the run was far too noisy; measure again.");
        }

        return new(runs.Count(r => r.Checked), runs.Count(r => r.BitwiseEqual), fresh.Length, ratio)
        {
            CachingExcluded = decides,
            Seed = options.Seed,
            Replayed = end?.Replayed,
            Response = end?.Response,
        };
    }
}

/// <summary>What was found of fresh inputs when the timed runs were over: figures of <see cref="AuditInfo"/>.</summary>
public sealed record AuditReplay(int Replayed, double? Response);
