namespace DetrPerfLab.Core;

/// <summary>How well one artefact detects or classifies on one labelled dataset: what <c>detrlab eval</c> records and results are joined with.</summary>
/// <remarks>Append-only, as <see cref="RunResult"/> is.</remarks>
public sealed record AccuracyResult
{
    /// <summary>Runtimes whose artefact holds the precision itself; elsewhere the variant decides it, and two variants of one file differ.</summary>
    const string RuntimeOfGraphs = "ONNX Runtime";

    public int Schema { get; init; } = RunResult.CurrentSchema;
    public required DatasetInfo Dataset { get; init; }
    public required ArtefactInfo Artefact { get; init; }
    public required string Variant { get; init; }
    public required string Runtime { get; init; }

    /// <summary>Shorter side that images were brought to, pixels, the model's own where none was asked for; null in records of builds that did not store it.</summary>
    public int? Size { get; init; }
    public required DateTimeOffset Evaluated { get; init; }
    public required string Commit { get; init; }

    /// <summary>COCO AP@[.50:.95] in [0, 1]; null of a classifier.</summary>
    public double? CocoAp { get; init => field = value is null or (>= 0 and <= 1) ? value : throw LabError.OutOfRange(value, "0 to 1", "cocoAp"); }

    /// <summary>Share of pictures whose first class is right, in [0, 1]; null of a detector. Then that of pictures with the right one among the first five.</summary>
    public double? Top1 { get; init => field = value is null or (>= 0 and <= 1) ? value : throw LabError.OutOfRange(value, "0 to 1", "top1"); }
    public double? Top5 { get; init => field = value is null or (>= 0 and <= 1) ? value : throw LabError.OutOfRange(value, "0 to 1", "top5"); }
    public Interval? Top1Difference { get; init; } // top-1 minus that of the reference, with a paired bootstrap interval over pictures
    public ArtefactInfo? Reference { get; init; } // what it is compared with; null when it was judged alone
    public Interval? CocoApDifference { get; init; } // AP minus that of the reference, with a paired bootstrap interval over images
    public double? DetectionAp { get; init; } // AP of its detections with the reference's as truth, in [0, 1]

    /// <summary>What tells records apart: a later one with the same key takes the place of an earlier one.</summary>
    internal (string, string, string, int?) Key => (Artefact.Sha256, Variant, Dataset.Sha256, Size);

    /// <summary>Results with the accuracy of what they timed, by the artefact's sha256; what a result holds already stays. Of several that fit, the same variant counts first, then the larger dataset, then the latest.</summary>
    public static IReadOnlyList<RunResult> Join(IEnumerable<RunResult> results, IReadOnlyList<AccuracyResult> accuracy)
    {
        var bySha256 = accuracy.ToLookup(a => a.Artefact.Sha256, StringComparer.Ordinal);
        return [.. results.Select(result => Best(result, bySha256) is { } found
            ? result with
            {
                CocoAp = found.CocoAp,
                CocoApDifference = found.CocoApDifference,
                Top1 = found.Top1,
                Top1Difference = found.Top1Difference,
                Agreement = result.Agreement is { DetectionAp: null } agreement ? agreement with { DetectionAp = found.DetectionAp } : result.Agreement,
            }
            : result)];
    }

    static AccuracyResult? Best(RunResult result, ILookup<string, AccuracyResult> bySha256) =>
        result is not { CocoAp: null, Top1: null, Artefact: { } artefact } ? null : bySha256[artefact.Sha256]
            .Where(a => a.AppliesTo(result))
            .OrderByDescending(a => a.Variant == result.Variant)
            .ThenByDescending(a => a.Dataset.Images)
            .ThenByDescending(a => a.Evaluated)
            .FirstOrDefault();

    /// <summary>AP depends on the size of the images too: a result takes only what was judged at the size that it ran at, and none where that is not one size.</summary>
    bool AppliesTo(RunResult result) =>
        (Variant == result.Variant || (Runtime == RuntimeOfGraphs && result.Engine?.Runtime == RuntimeOfGraphs))
        && Size is { } side && side == result.InputSide;
}

/// <summary>A labelled dataset, by its folder's name and a hash over labels and images.</summary>
public sealed record DatasetInfo(string Name, string Sha256, int Images);
