namespace DetrPerfLab.Core;

/// <summary>A measured peak, from a micro-benchmark of matrix products.</summary>
/// <param name="Precision">For example <c>fp32</c>, <c>int8</c>, or <c>int8 (40 %) and fp32</c> for operations of both.</param>
/// <param name="GflopsPerSecond">10^9 operations a second with that many threads.</param>
/// <param name="How">What computed it, for example <c>C# AVX-512</c>.</param>
public sealed record PeakInfo(string Precision, double GflopsPerSecond, string? How = null)
{
    /// <summary>Threads that attained it; null in older files, where it was all cores.</summary>
    public int? Threads { get; init; }
}

/// <summary>Garbage collections in the timed operations, with nothing else run meanwhile.</summary>
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

    /// <summary>Those operations; the counts are of all of them together.</summary>
    public int? Operations { get; init; }
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
public sealed record ContaminationInfo(ContaminationVerdict Verdict, IReadOnlyList<string> Reasons)
{
    /// <summary>Length of the watch.</summary>
    public double? Seconds { get; init; }

    /// <summary>Share of our cores' time that the hypervisor gave to others, in [0, 1].</summary>
    public double? StealShare { get; init; }

    /// <summary>Share of our cores' time that other processes used, in [0, 1].</summary>
    public double? OthersShare { get; init; }

    /// <summary>Times a second that a thread of ours lost its core while it had work: to others, or to another thread of ours. It counts only where others can explain it.</summary>
    public double? InvoluntarySwitchesPerSecond { get; init; }

    /// <summary>How much slower a fixed computation was at its slower end of the run than at its faster, as a share: frequency, or a shared core.</summary>
    public double? SpeedChange { get; init; }

    /// <summary>Frequency of the first core between timed operations as the kernel tells it, MHz; virtual machines are told the nominal one.</summary>
    public double? FrequencyMhz { get; init; }
}

/// <summary>Time spent in one part of the model.</summary>
/// <param name="Name">For example <c>encoder</c>.</param>
/// <param name="Ms">Milliseconds of one operation.</param>
public sealed record ModuleTime(string Name, double Ms);

/// <summary>One reason why a variant is as fast as it is.</summary>
/// <param name="Topic">For example <c>casts</c>.</param>
/// <param name="Text">In plain words.</param>
/// <param name="Figure">The figure behind it, with its unit; null where there is none.</param>
public sealed record Finding(string Topic, string Text, string? Figure = null);

/// <summary>What a first operation costs; null where it was not measured.</summary>
public sealed record ColdInfo
{
    /// <summary>From the start of the process to the first detections: load, a photograph's preparation, first inference and what is made of its outputs.</summary>
    /// <remarks>Includes what the harness itself starts before; without what it waited to see the idle machine. Results older than this meaning end at the first inference.</remarks>
    public double? ProcessToFirstMs { get; init; }

    /// <summary>Loading the model and building the engine.</summary>
    public double? LoadMs { get; init; }

    /// <summary>The engine's first inference, also where the case times more than that.</summary>
    public double? FirstMs { get; init; }
}

/// <summary>What the harness itself adds to a sample, which may hold many operations: see <see cref="RunResult.OperationsPerSample"/>.</summary>
/// <param name="MedianUs">Median of samples, timed along the same path, whose operations do nothing, microseconds.</param>
/// <param name="ClockStepUs">Smallest step that the clock was seen to make, microseconds.</param>
public sealed record HarnessCostInfo(double MedianUs, double ClockStepUs);

/// <summary>That variants took turns; results of one run are paired by the index of their samples, which is the round.</summary>
/// <param name="Run">The same in all results of one interleaved run, in no other.</param>
/// <param name="Seed">Repeats the order.</param>
/// <param name="Variants">All that took part.</param>
/// <param name="Places">For each sample, the place of this variant in its round, from 0.</param>
public sealed record InterleavingInfo(string Run, ulong Seed, IReadOnlyList<string> Variants, IReadOnlyList<int> Places);

/// <summary>What checking timed operations found; a failed audit leaves no samples.</summary>
/// <param name="Checks">Timed operations whose outputs were compared with the reference.</param>
/// <param name="BitwiseEqual">Checks whose outputs had the very bits of the first accepted ones.</param>
/// <param name="FreshInputs">Timed operations on an input never seen before.</param>
/// <param name="FreshToUsual">Median time of those over the median of the usual ones; null without any.</param>
public sealed record AuditInfo(int Checks, int BitwiseEqual, int FreshInputs, double? FreshToUsual)
{
    /// <summary>Fresh inputs that must have been timed before one can say that nothing is cached: fewer slow ones may be noise.</summary>
    public const int LeastFresh = 3;

    /// <summary>Whether there were enough fresh inputs for their times to tell that nothing is cached; null in results older than the question.</summary>
    public bool? CachingExcluded { get; init; }

    /// <summary>Decides the places of checks and the fresh inputs; null in older results.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Fresh inputs that were run again, untimed, and gave again what they gave when timed; null where none was.</summary>
    public int? Replayed { get; init; }

    /// <summary>Of the change that a fresh input makes to the reference's outputs, the share found in the timed ones: near 1 for what is computed, near 0 for what is cached; null without a reference.</summary>
    public double? Response { get; init; }
}
