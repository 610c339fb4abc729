namespace DetrPerfLab.Core;

/// <summary>What the machine attains at best, from a micro-benchmark of matrix products.</summary>
/// <param name="Precision">For example <c>fp32</c> or <c>int8</c>.</param>
/// <param name="GflopsPerSecond">10^9 operations a second with the threads of the case.</param>
public sealed record PeakInfo(string Precision, double GflopsPerSecond);

/// <summary>Garbage collections while the samples were taken.</summary>
public sealed record GcInfo
{
    /// <summary>Collections of generation 0, without those of higher ones.</summary>
    public int Gen0 { get; init; }

    /// <summary>Collections of generation 1.</summary>
    public int Gen1 { get; init; }

    /// <summary>Collections of generation 2.</summary>
    public int Gen2 { get; init; }

    /// <summary>Time that the program stood still for them, milliseconds.</summary>
    public double TotalPauseMs { get; init; }

    /// <summary>The longest standstill, milliseconds; null where it is not known.</summary>
    public double? MaxPauseMs { get; init; }
}

/// <summary>How far a run can be trusted.</summary>
public enum ContaminationVerdict
{
    /// <summary>Nothing beyond this machine's own idle noise.</summary>
    Clean,

    /// <summary>More than idle, within the limits.</summary>
    Noisy,

    /// <summary>Beyond the limits: shown, never silently compared.</summary>
    Contaminated,
}

/// <summary>What disturbed a run.</summary>
/// <param name="Verdict">How far it can be trusted.</param>
/// <param name="Reasons">The figures behind the verdict, one in a line, for example <c>steal time 4.1 %, limit 1 %</c>.</param>
public sealed record ContaminationInfo(ContaminationVerdict Verdict, IReadOnlyList<string> Reasons);

/// <summary>Time spent in one part of the model.</summary>
/// <param name="Name">For example <c>encoder</c>.</param>
/// <param name="Ms">Milliseconds of one operation.</param>
public sealed record ModuleTime(string Name, double Ms);

/// <summary>One reason why a variant is as fast as it is.</summary>
/// <param name="Topic">For example <c>casts</c>.</param>
/// <param name="Text">In plain words.</param>
/// <param name="Figure">The figure behind it, with its unit; null where there is none.</param>
public sealed record Finding(string Topic, string Text, string? Figure = null);
