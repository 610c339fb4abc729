using System.Text.Json.Serialization;

namespace DetrPerfLab.Core;

/// <summary>One measured cell of a report. Charts, pages and the gate read nothing else.</summary>
/// <remarks>Append-only: a field may be added, never renamed or given another meaning; <see cref="Schema"/> grows when one must.</remarks>
public sealed record RunResult
{
    /// <summary>The schema that this build writes.</summary>
    public const int CurrentSchema = 1;

    /// <summary>Version of this record.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>For example <c>PrecisionBenchmarks.Forward(Variant: ort-fp32)</c>. Immutable: results are joined by it.</summary>
    public required string Id { get; init; }

    /// <summary>The axis, for example <c>Precision</c>.</summary>
    public required string Suite { get; init; }

    /// <summary>The variant's fixed name, for example <c>ort-fp32</c>; in suites that run no model, what does the work, for example <c>plain</c>.</summary>
    public required string Variant { get; init; }

    /// <summary>The same as a value; null in suites that run no model.</summary>
    [JsonIgnore]
    public VariantName? VariantName => VariantName.TryParse(Variant);

    /// <summary>What else the case sets, by name: threads, batch, size.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>When the measurement began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Commit of the lab, with <c>+dirty</c> where the tree was changed.</summary>
    public required string Commit { get; init; }

    /// <summary>Fingerprint of the machine: <see cref="MachineInfo.Fingerprint"/> of the machine.json beside this file.</summary>
    public required string Machine { get; init; }

    /// <summary>The model file or weights that were timed; null in suites without a model.</summary>
    public ArtefactInfo? Artefact { get; init; }

    /// <summary>The engine that ran it; null in suites without one.</summary>
    public EngineInfo? Engine { get; init; }

    /// <summary>One value an operation, in milliseconds, in the order measured, outliers kept: summaries can be recomputed.</summary>
    public IReadOnlyList<double> SamplesMs { get; init; } = [];

    /// <summary>Images that one operation handles.</summary>
    public int ImagesPerOperation { get; init; } = 1;

    /// <summary>Operations that the clock timed at once, where one is too short for it; <see cref="SamplesMs"/> are those of one.</summary>
    public int OperationsPerSample { get; init; } = 1;

    /// <summary>Shorter side of the images as they entered the network, pixels; null where they vary, where a photograph is tiled, and without a network.</summary>
    public int? InputSide { get; init; }

    /// <summary>Of the pixels that the model was fed, the share in [0, 1] that only pads smaller images to the largest of their batch; null where nothing is batched.</summary>
    public double? PaddedShare { get; init; }

    /// <summary>Pixels that one operation makes, so that times can be given a pixel; null in suites without images.</summary>
    public PixelCount? Pixels { get; init; }

    /// <summary>What was spent before the samples.</summary>
    public WarmUpInfo? WarmUp { get; init; }

    /// <summary>Load and first operation, apart from the steady state.</summary>
    public ColdInfo? Cold { get; init; }

    /// <summary>What the harness adds to each sample.</summary>
    public HarnessCostInfo? HarnessCost { get; init; }

    /// <summary>What was given to the command beside the choice of cases, for example <c>--quick --model mine.pth</c>; empty for a plain run, and in older results.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>With which variants this one took turns; null when it was measured alone.</summary>
    public InterleavingInfo? Interleaving { get; init; }

    /// <summary>What checking the outputs of timed operations found.</summary>
    public AuditInfo? Audit { get; init; }

    /// <summary>Why no timed operation was checked; null when some were, and in older results.</summary>
    public string? AuditGap { get; init; }

    /// <summary>Memory, measured apart from the time.</summary>
    public MemoryInfo? Memory { get; init; }

    /// <summary>How far the outputs of the timed artefact lie from the reference.</summary>
    public AgreementInfo? Agreement { get; init; }

    /// <summary>COCO AP@[.50:.95] in [0, 1] of the same artefact and engine; null when not evaluated.</summary>
    public double? CocoAp { get; init; }

    /// <summary>COCO AP minus that of the reference on the same images, with a paired bootstrap interval over images; null when not evaluated.</summary>
    public Interval? CocoApDifference { get; init; }

    /// <summary>Arithmetic operations of one operation, a multiply-add counted as two; counted from the graph.</summary>
    public double? Flops { get; init; }

    /// <summary>The measured peak in the precisions of this case's operations, with its threads (all cores in older files); null when it was not probed, or the precisions are not known.</summary>
    public PeakInfo? Peak { get; init; }

    /// <summary>Garbage collections during warm operations; null when they were not counted.</summary>
    public GcInfo? Gc { get; init; }

    /// <summary>What disturbed the run; null when nothing watched it.</summary>
    public ContaminationInfo? Contamination { get; init; }

    /// <summary>Where the time goes, in the order of execution, from a profile pass of its own; empty without one.</summary>
    public IReadOnlyList<ModuleTime> Modules { get; init; } = [];

    /// <summary>Why it is as fast as it is: instruction sets, fusions, casts, threads.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Whether it is the suite's first row measured a second time at its end, to see whether the machine stayed as it was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Repeated { get; init; }

    /// <summary>Why there are no samples; null when there are. A gap is shown with its reason, never guessed.</summary>
    public string? Gap { get; init; }

    /// <summary>Whether the gap is something that this machine lacks, which is no failure.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool GapIsLack { get; init; }

    /// <summary>What a case's process knows; whoever started it says the id, the suite, the commit and the machine.</summary>
    public static RunResult Unfiled(string variant) => new() { Id = "", Suite = "", Variant = variant, Started = DateTimeOffset.UtcNow, Commit = "", Machine = "" };
}

/// <summary>The file that was timed.</summary>
/// <param name="Name">File name, without its folder.</param>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Bytes">Size of the file; of the weights where no file exists.</param>
public sealed record ArtefactInfo(string Name, string Sha256, long Bytes);

/// <summary>Pixels that an operation makes.</summary>
/// <param name="Count">Width times height.</param>
/// <param name="Of">What they are pixels of, for example <c>the photograph</c>.</param>
public sealed record PixelCount(long Count, string Of);

/// <summary>What was spent on warming up.</summary>
/// <param name="Rule">The rule in words.</param>
/// <param name="Operations">Operations run before the samples.</param>
/// <param name="TotalMs">Time they took.</param>
/// <param name="Steady">Whether the rule was met before its cap.</param>
public sealed record WarmUpInfo(string Rule, int Operations, double TotalMs, bool Steady);

/// <summary>Memory of one case, bytes; null where this machine cannot tell.</summary>
public sealed record MemoryInfo
{
    /// <summary>Managed bytes allocated by one operation.</summary>
    public double? AllocatedBytesPerOperation { get; init; }

    /// <summary>Resident set of the process once loaded and warm, read after the operations of the memory pass.</summary>
    public long? SteadyRssBytes { get; init; }

    /// <summary>Largest resident set while the operations ran.</summary>
    public long? PeakRssBytes { get; init; }

    /// <summary>Resident set after all timed operations less that before them, in suites whose operations give back what they take: what stays is kept for later, or fragmented.</summary>
    public long? GrowthBytes { get; init; }

    /// <summary>Managed heap, as far as the runtime holds memory for it.</summary>
    public long? ManagedCommittedBytes { get; init; }

    /// <summary>Resident memory without a file behind it, less the managed heap: native heaps and arenas. A lower bound, since the managed heap need not be resident.</summary>
    public long? NativeBytes { get; init; }

    /// <summary>Resident memory mapped from files: libraries and mapped weights.</summary>
    public long? MappedBytes { get; init; }

    /// <summary>Of <see cref="MappedBytes"/>, weights that the engine reads in place from files beside the model; zero where it copied them into memory of its own.</summary>
    public long? MappedWeightsBytes { get; init; }

    /// <summary>What the runtime says of its arena; null where an engine has none to tell of.</summary>
    public ArenaInfo? Arena { get; init; }

    /// <summary>The GPU and what is copied to it; null where none is used.</summary>
    public GpuInfo? Gpu { get; init; }
}

/// <summary>How far outputs lie from the reference on the same inputs. A model that gives ranked detections has no logits: its scores stand for them.</summary>
public sealed record AgreementInfo
{
    /// <summary>What it was compared with, for example <c>torch-fp32</c>.</summary>
    public required string Reference { get; init; }

    /// <summary>Largest absolute difference of logits.</summary>
    public required double LogitsMaxAbs { get; init; }

    /// <summary>Mean absolute difference of logits.</summary>
    public double? LogitsMeanAbs { get; init; }

    /// <summary>Largest absolute difference of boxes, in fractions of the image.</summary>
    public required double BoxesMaxAbs { get; init; }

    /// <summary>Share of queries whose most probable class changed, in [0, 1].</summary>
    public double? ClassChangedShare { get; init; }

    /// <summary>Cosine of the angle between the logits.</summary>
    public double? LogitsCosine { get; init; }

    /// <summary>Mean absolute difference of boxes, in fractions of the image.</summary>
    public double? BoxesMeanAbs { get; init; }

    /// <summary>COCO AP of the detections with the reference's detections as truth, in [0, 1].</summary>
    public double? DetectionAp { get; init; }
}
