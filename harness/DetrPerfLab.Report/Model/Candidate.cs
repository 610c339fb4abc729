namespace DetrPerfLab.Report;

/// <summary>Whether a variant keeps to a limit; undecided where the interval holds the limit or the figure is missing.</summary>
enum Fit
{
    Meets,
    Undecided,
    Fails,
}

/// <summary>A variant, how it fits the limits, and why.</summary>
/// <param name="LossShare">What it loses in accuracy, as a share of what may be lost; null where that is not known.</param>
sealed record Candidate(CaseView View, Fit Fit, IReadOnlyList<string> Reasons, double? LossShare)
{
    const double Rounding = 1e-9; // 0.007 as points is 0.7000000000000001, and equal to a limit is within it

    /// <summary>Whether measuring accuracy on labelled images would decide it.</summary>
    internal bool LacksAccuracy { get; private init; }

    /// <summary>Computes FP32's own numbers.</summary>
    internal bool IsExact => Computes(View);

    internal static Candidate Judge(CaseView view, Limits limits)
    {
        if (view.Gap is { } gap) { return new(view, Fit.Fails, [$"not measured: {gap}"], null); }
        if (view.IsContaminated) { return new(view, Fit.Fails, ["its run was contaminated, which decides nothing"], null); }

        var accuracy = Accuracy(view, limits);
        List<(Fit Fit, string? Reason)> judged = [(accuracy.Fit, accuracy.Reason)];
        if (limits.MaxMemoryBytes is { } bytes)
        {
            judged.Add(view.Run.Memory?.PeakRssBytes is not { } peak ? (Fit.Undecided, "its peak memory is not known")
                : peak > bytes ? (Fit.Fails, $"peak memory {Format.Mebibytes(peak)} MiB, limit {Format.Mebibytes(bytes)} MiB (--max-memory)")
                : (Fit.Meets, null));
        }

        if (limits.MaxLatencyMs is { } ms)
        {
            var median = view.Median!.Value;
            var fit = median.Lower > ms ? Fit.Fails : median.Upper > ms ? Fit.Undecided : Fit.Meets;
            judged.Add((fit, fit == Fit.Meets ? null : $"latency {Cells.Milliseconds(median)} ms, limit {Format.Significant(ms)} ms (--max-latency)"));
        }

        return new(view, judged.Max(j => j.Fit), [.. judged.Where(j => j.Reason is not null).Select(j => j.Reason!)], accuracy.LossShare)
        {
            LacksAccuracy = accuracy.Fit != Fit.Meets && view.Accuracy is not { Difference: not null, StandIn: null },
        };
    }

    static (Fit Fit, string? Reason, double? LossShare) Accuracy(CaseView view, Limits limits)
    {
        if (view.Accuracy is { Difference: { } difference } accuracy)
        {
            var limit = -limits.ApLoss;
            var fit = difference.Upper < limit - Rounding ? Fit.Fails : difference.Lower < limit - Rounding ? Fit.Undecided : Fit.Meets;
            return (fit, fit == Fit.Meets ? null : $"{accuracy.DifferenceName} {Cells.ApDifference(difference)}, limit {Format.Signed(limit, 1)} (--max-ap-loss)", Share(-difference.Value, limits.ApLoss));
        }

        if (view.Run.Variant == VariantName.Baseline) { return (Fit.Meets, null, 0); }
        if (view.Run.Agreement?.ClassChangedShare is { } changed && changed > limits.ClassChanges + Rounding)
        {
            return (Fit.Fails, $"{Format.Percent(changed, 1)} of the queries changed class, limit {Format.Percent(limits.ClassChanges, 1)} without a measured accuracy (--max-class-changes)", Share(changed, limits.ClassChanges));
        }

        if (view.Run.Agreement is null) { return (Fit.Undecided, "its outputs were not compared with the reference", null); }
        // FP32 variants are timed only where their outputs are the reference's: labelled images have nothing to add.
        if (Computes(view)) { return (Fit.Meets, null, 0); }
        return limits.MaxApLoss is null ? (Fit.Meets, null, Share(view.Run.Agreement.ClassChangedShare, limits.ClassChanges)) : (Fit.Undecided, "its accuracy was not measured", null);
    }

    static bool Computes(CaseView view) => view.Run.VariantName is { Precision: Precision.Fp32 };

    // A limit of nothing is kept by what loses nothing, and is half kept by no other.
    static double? Share(double? loss, double limit) => loss is not { } points ? null : Math.Max(0, points) is 0 ? 0 : limit > 0 ? Math.Max(0, points) / limit : double.MaxValue;
}
