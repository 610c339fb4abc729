using System.Text.Json.Serialization;

namespace DetrPerfLab.Core;

/// <summary>The file that was timed: its name without a folder, and its size, or that of the weights where no file exists.</summary>
public sealed record ArtefactInfo(string Name, string Sha256, long Bytes);

/// <summary>Pixels (width times height) that an operation makes, and what they are pixels of, for example <c>the photograph</c>.</summary>
public sealed record PixelCount(long Count, string Of);

/// <summary>What was spent on warming up; steady where the rule was met before its cap.</summary>
public sealed record WarmUpInfo(string Rule, int Operations, double TotalMs, bool Steady);

/// <summary>What a first operation costs; null where it was not measured.</summary>
/// <param name="ProcessToFirstMs">From the start of the process to the first detections: load, a photograph's preparation, first inference and what is made of
/// its outputs. Includes what the harness itself starts before; without what it waited to see the idle machine. Results older than this meaning end at the
/// first inference.</param>
/// <param name="FirstMs">The engine's first inference, also where the case times more than that.</param>
public sealed record ColdInfo(double? ProcessToFirstMs = null, double? LoadMs = null, double? FirstMs = null);

/// <summary>What the harness itself adds to a sample, which may hold many operations: see <see cref="RunResult.OperationsPerSample"/>.</summary>
/// <param name="MedianUs">Median of samples, timed along the same path, whose operations do nothing, microseconds.</param>
/// <param name="ClockStepUs">Smallest step that the clock was seen to make, microseconds.</param>
public sealed record HarnessCostInfo(double MedianUs, double ClockStepUs);

/// <summary>That variants took turns; results of one run are paired by their rounds. Each has as many samples in every round: see <see cref="RunResult.RoundsMs"/>.</summary>
/// <param name="Run">The same in all results of one interleaved run, in no other.</param>
/// <param name="Places">For each round, the place of this variant in its round, from 0.</param>
public sealed record InterleavingInfo(string Run, ulong Seed, IReadOnlyList<string> Variants, IReadOnlyList<int> Places);

/// <summary>What checking timed operations found; a failed audit leaves no samples.</summary>
/// <param name="Checks">Timed operations whose outputs were compared with the reference.</param>
/// <param name="BitwiseEqual">Checks whose outputs had the very bits of the first accepted ones.</param>
/// <param name="FreshToUsual">Median time of those over the median of the usual ones; null without any.</param>
/// <param name="CachingExcluded">Whether there were enough fresh inputs for their times to tell that nothing is cached.</param>
/// <param name="Seed">Decides the places of checks and the fresh inputs; null in older results.</param>
/// <param name="Replayed">Fresh inputs that were run again, untimed, and gave again what they gave when timed; null where none was.</param>
/// <param name="Response">Of the change that a fresh input makes to the reference's outputs, the share found in the timed ones: near 1 for what is computed,
/// near 0 for what is cached; null without a reference.</param>
public sealed record AuditInfo(
    int Checks, int BitwiseEqual, int FreshInputs, double? FreshToUsual, bool? CachingExcluded = null, ulong? Seed = null, int? Replayed = null, double? Response = null)
{
    public const int LeastFresh = 3; // fresh inputs that must have been timed before one can say that nothing is cached: fewer slow ones may be noise
}

/// <summary>How far outputs lie from the reference on the same inputs. A model that gives ranked detections has no logits: its scores stand for them. Boxes differ in fractions of the image.</summary>
public sealed record AgreementInfo
{
    public required string Reference { get; init; } // for example torch-fp32
    public required double LogitsMaxAbs { get; init; }
    public double? LogitsMeanAbs { get; init; }
    public double? BoxesMaxAbs { get; init; } // null where the model gives no boxes
    public double? ClassChangedShare { get; init; } // share of queries with another most probable class, in [0, 1]
    public double? LogitsCosine { get; init; }
    public double? BoxesMeanAbs { get; init; }
    public double? DetectionAp { get; init; } // COCO AP of the detections with the reference's detections as truth, in [0, 1]
}

/// <summary>Accuracy of another model in the same variant, for weights that are synthetic and detect nothing: what the variant costs a trained model.</summary>
/// <param name="Images">Labelled images that it was judged on, none of which it was trained on.</param>
/// <param name="CocoAp">COCO AP@[.50:.95] in [0, 1].</param>
/// <param name="CocoApDifference">AP minus that of <paramref name="Reference"/>, the same model's plainest variant, with a paired bootstrap interval over images; null of that variant itself.</param>
public sealed record StandInInfo(string Model, int Images, double CocoAp, Interval? CocoApDifference, string Reference);

/// <summary>A measured peak, from a micro-benchmark of matrix products.</summary>
/// <param name="Precision">For example <c>fp32</c>, <c>int8</c>, or <c>int8 (40 %) and fp32</c> for operations of both.</param>
/// <param name="Threads">Threads that reached it; null in older files, where it was all cores.</param>
public sealed record PeakInfo(string Precision, double GflopsPerSecond, string? How = null, int? Threads = null);

/// <summary>Garbage collections in all timed operations together, with nothing else run meanwhile; each generation without the higher ones.</summary>
public sealed record GcInfo(int Gen0 = 0, int Gen1 = 0, int Gen2 = 0, double TotalPauseMs = 0, double? MaxPauseMs = null, int? Operations = null);

/// <summary>How far a run can be trusted.</summary>
public enum ContaminationVerdict
{
    Clean, // nothing beyond this machine's own idle noise
    Noisy, // more than that, within the limits
    Contaminated, // beyond the limits: shown, never silently compared
}

/// <summary>What disturbed a run; figures are null where the system does not report them.</summary>
/// <param name="Reasons">The figures behind the verdict, one in a line, for example <c>steal time 4.1 %, limit 1 %</c>.</param>
/// <param name="StealShare">Share of our cores' time that the hypervisor gave to others, in [0, 1].</param>
/// <param name="OthersShare">Share of our cores' time that other processes used, in [0, 1].</param>
/// <param name="InvoluntarySwitchesPerSecond">Times a second that a thread of ours lost its core while it had work: to others, or to another thread of ours. It counts only where others can explain it.</param>
/// <param name="SpeedChange">How much slower a fixed computation was at its slower end of the run than at its faster, as a share: frequency, or a shared core.</param>
/// <param name="FrequencyMhz">Frequency of the first core between timed operations as the kernel tells it, MHz; virtual machines are told the nominal one.</param>
public sealed record ContaminationInfo(
    ContaminationVerdict Verdict, IReadOnlyList<string> Reasons, double? Seconds = null, double? StealShare = null, double? OthersShare = null,
    double? InvoluntarySwitchesPerSecond = null, double? SpeedChange = null, double? FrequencyMhz = null)
{
    [JsonIgnore]
    public double OthersAndSteal => (OthersShare ?? 0) + (StealShare ?? 0); // what was taken from us; of two measurements with equal verdicts the lesser is the cleaner
}

/// <summary>What a load did to a server while its requests were timed.</summary>
/// <param name="CapacityRate">Pictures a second of the engine alone, one after another with all threads, right before.</param>
/// <param name="OfferedRate">Requests a second that were due, in the mean.</param>
/// <param name="AchievedRate">Requests a second that were answered.</param>
/// <param name="FullShare">Share of the requests that were told to come again, in [0, 1].</param>
/// <param name="MeanBatch">Pictures of an inference; null where none ran.</param>
/// <param name="Blocks">Stretches of successive requests that the samples are of. Neighbours wait in one queue and are alike, stretches hardly.</param>
public sealed record ServingInfo(double CapacityRate, double OfferedRate, double AchievedRate, double FullShare, double? MeanBatch, int Blocks = 0);

/// <summary>Milliseconds of one operation spent in a part of the model, for example <c>encoder</c>.</summary>
/// <param name="Flops">Arithmetic operations of that part, a multiply-add as two, counted on the float32 graph; null where they were not counted, and in older results.</param>
public sealed record ModuleTime(string Name, double Ms, double? Flops = null);

/// <summary>One reason why a variant is as fast as it is: a topic, for example <c>casts</c>, plain words, and the figure behind them with its unit, if there is one.</summary>
public sealed record Finding(string Topic, string Text, string? Figure = null);
