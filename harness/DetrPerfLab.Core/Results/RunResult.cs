using System.Text.Json.Serialization;

namespace DetrPerfLab.Core;

/// <summary>One measured cell of a report. Charts, pages and the gate read nothing else.</summary>
/// <remarks>Append-only: a field may be added, never renamed or given another meaning; <see cref="Schema"/> grows when one must.</remarks>
public sealed record RunResult
{
    public const int CurrentSchema = 1;

    public int Schema { get; init; } = CurrentSchema;
    public required string Id { get; init; } // for example PrecisionBenchmarks.Forward(Variant: ort-fp32); immutable: results are joined by it
    public required string Suite { get; init; } // the axis, for example Precision

    /// <summary>The variant's fixed name, for example <c>ort-fp32</c>; in suites that run no model, what does the work, for example <c>plain</c>.</summary>
    public required string Variant { get; init; }

    [JsonIgnore]
    public VariantName? VariantName => VariantName.TryParse(Variant); // null in suites that run no model
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>(); // what else the case sets: threads, batch, size
    public required DateTimeOffset Started { get; init; }
    public required string Commit { get; init; } // of the lab, with +dirty where the tree was changed
    public required string Machine { get; init; } // the fingerprint of the machine.json beside this file
    public ArtefactInfo? Artefact { get; init; } // what was timed; null in suites without a model
    public EngineInfo? Engine { get; init; } // null in suites without one

    /// <summary>One value an operation, in milliseconds, in the order measured, outliers kept: summaries can be recomputed.</summary>
    public IReadOnlyList<double> SamplesMs { get; init; } = [];

    /// <summary>Median of each round where variants took turns, of each block of a server's requests, else the samples: what is independent, so that an interval may be drawn from it.</summary>
    [JsonIgnore]
    public IReadOnlyList<double> RoundsMs => RoundLength is { } length ? [.. SamplesMs.Chunk(length).Select(turn => Quantile.Median(turn))] : SamplesMs;

    int? RoundLength => Interleaving is { Places.Count: > 0 and var rounds } && SamplesMs.Count > rounds && SamplesMs.Count % rounds == 0 ? SamplesMs.Count / rounds
        : Serving is { Blocks: > 0 and var blocks } && SamplesMs.Count > blocks ? (SamplesMs.Count + blocks - 1) / blocks // a request that was not answered has no sample
        : null;

    /// <summary>At the median; of a server what it answered, since its requests wait for each other. Null without samples.</summary>
    [JsonIgnore]
    public double? ImagesPerSecond => Serving?.AchievedRate ?? (SamplesMs.Count > 0 ? 1000 * ImagesPerOperation / Quantile.Median([.. SamplesMs]) : null);

    public int ImagesPerOperation { get; init; } = 1;
    public int OperationsPerSample { get; init; } = 1; // operations that the clock timed at once, where one is too short for it; SamplesMs are those of one

    /// <summary>Shorter side of the images as they entered the network, pixels; null where they vary, where a photograph is tiled, and without a network.</summary>
    public int? InputSide { get; init; }

    /// <summary>Of the pixels that the model was fed, the share in [0, 1] that only pads smaller images to the largest of their batch; null where nothing is batched.</summary>
    public double? PaddedShare { get; init; }
    public PixelCount? Pixels { get; init; } // pixels that one operation makes, so that times can be given a pixel; null in suites without images
    public WarmUpInfo? WarmUp { get; init; }
    public ColdInfo? Cold { get; init; } // apart from the steady state
    public HarnessCostInfo? HarnessCost { get; init; }

    /// <summary>What was given to the command beside the choice of cases, for example <c>--quick --model mine.pth</c>; empty for a plain run, and in older results.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];
    public InterleavingInfo? Interleaving { get; init; } // null when it was measured alone
    public AuditInfo? Audit { get; init; }
    public string? AuditGap { get; init; } // why no timed operation was checked; null when some were, and in older results
    public MemoryInfo? Memory { get; init; } // of a pass of its own
    public AgreementInfo? Agreement { get; init; }
    public double? CocoAp { get; init; } // COCO AP@[.50:.95] in [0, 1] of the same artefact and engine; null when not evaluated

    /// <summary>COCO AP minus that of the reference on the same images, with a paired bootstrap interval over images; null when not evaluated.</summary>
    public Interval? CocoApDifference { get; init; }
    public StandInInfo? StandIn { get; init; } // AP of a trained model in the same variant, where this one's weights are synthetic; null elsewhere, and in older results
    public double? Top1 { get; init; } // of a classifier: share of pictures whose first class is right, in [0, 1], of the same artefact and engine; null when not evaluated
    public Interval? Top1Difference { get; init; } // top-1 minus that of the reference on the same pictures, with a paired bootstrap interval; null when not evaluated
    public double? Flops { get; init; } // arithmetic operations of one operation, a multiply-add counted as two; counted from the graph

    /// <summary>The measured peak in the precisions of this case's operations, with its threads (all cores in older files); null when it was not probed, or the precisions are not known.</summary>
    public PeakInfo? Peak { get; init; }
    public GcInfo? Gc { get; init; } // null when they were not counted
    public ContaminationInfo? Contamination { get; init; } // null when nothing watched it

    public ServingInfo? Serving { get; init; } // of a server under load, whose samples are its requests; null elsewhere
    public RepetitionInfo? Repetition { get; init; } // null where it was measured once, or together with others

    [JsonIgnore]
    public bool IsContaminated => Contamination is { Verdict: ContaminationVerdict.Contaminated }; // it decides nothing

    /// <summary>Where the time goes, in the order of execution, from a profile pass of its own; empty without one.</summary>
    public IReadOnlyList<ModuleTime> Modules { get; init; } = [];
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Whether it is the suite's first row measured a second time at its end, to see whether the machine stayed as it was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Repeated { get; init; }
    public string? Gap { get; init; } // why there are no samples; null when there are; a gap is shown with its reason, never guessed

    /// <summary>Whether the gap is something that this machine lacks, which is no failure.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool GapIsLack { get; init; }

    /// <summary>What a case's process knows; whoever started it says the id, the suite, the commit and the machine.</summary>
    public static RunResult Unfiled(string variant) => new() { Id = "", Suite = "", Variant = variant, Started = DateTimeOffset.UtcNow, Commit = "", Machine = "" };
}
