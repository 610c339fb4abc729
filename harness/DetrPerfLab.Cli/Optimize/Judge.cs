namespace DetrPerfLab.Cli;

/// <summary>How good a candidate is, in points (of 100), and how much of FP32's it loses, with a 95 % interval over images; null where that has none.</summary>
sealed record Judgement(double Points, Interval Loss);

/// <summary>Judges candidates against the first that it sees, FP32, on images that none of them was calibrated on.</summary>
abstract class Judge : IDisposable
{
    /// <summary>What is judged: AP, top-1 or agreement.</summary>
    internal abstract string Measure { get; }

    /// <summary>On what, in words.</summary>
    internal abstract string On { get; }

    /// <summary>The largest loss, points, that a pick may have.</summary>
    internal abstract double MostLoss { get; }

    /// <summary>The option that sets it, as a user writes it.</summary>
    internal abstract string Limit { get; }

    /// <summary>Photographs that INT8 is calibrated on; empty for built-in pictures.</summary>
    internal IReadOnlyList<string> Calibration { get; init; } = [];

    /// <summary>Photographs that are judged on; empty for built-in pictures.</summary>
    internal IReadOnlyList<string> Judged { get; init; } = [];

    internal abstract Judgement Judgement(Func<OpenedEngine> open, Action<long, long> progress, CancellationToken cancellation);

    /// <summary>All is done: journals of this run go.</summary>
    internal virtual void Forget()
    {
    }

    public virtual void Dispose()
    {
    }

    /// <param name="most">Images that time allows to judge on.</param>
    internal static Judge Of(OptimizeOptions options, ModelUse use, int most, Action<string> say)
    {
        if (use.Family.Task == ModelTask.Classification) { ClassificationEvaluator.RequirePicture(use); } // what it says of pictures scaled otherwise means nothing
        if (options.Coco is { } coco)
        {
            if (use.Family.Task != ModelTask.Detection) { throw LabError.BadInput("The model classifies whole pictures, and a COCO data set has boxes. Use: --imagefolder DIR"); }
            var dataset = CocoDataset.Open(coco);
            var split = ImageSplit.Of(dataset.Files, options.Calibrate, most, say);
            return new CocoJudge(dataset.Only(split.Judged.ToHashSet()), options) { Calibration = split.Calibration, Judged = split.Judged };
        }

        if (options.ImageFolder is { } folder)
        {
            if (use.Family.Task != ModelTask.Classification) { throw LabError.BadInput("The model finds objects, and an image folder has classes of whole pictures. Use: --coco DIR"); }
            var data = DetrPerfLab.Vision.ImageFolder.Open(folder);
            var split = ImageSplit.Of(data.Files, options.Calibrate, most, say);
            return new FolderJudge(data.Only(split.Judged.ToHashSet()), options) { Calibration = split.Calibration, Judged = split.Judged };
        }

        var photographs = options.Calibrate is { } calibrate ? ImageSplit.Halves(CalibrationImages.InFolder(calibrate), most) : new([], []);
        return new AgreementJudge(use, options, photographs.Judged) { Calibration = photographs.Calibration, Judged = photographs.Judged };
    }
}

/// <summary>Photographs to calibrate on and photographs to judge on; none is both, also under another name.</summary>
sealed record ImageSplit(IReadOnlyList<string> Calibration, IReadOnlyList<string> Judged)
{
    const int MostToCalibrate = 32;

    /// <summary>Of labelled images: all but those of <paramref name="calibrate"/> are judged on; without that, a fifth is calibrated on and the rest judged on.</summary>
    internal static ImageSplit Of(IReadOnlyList<string> labelled, string? calibrate, int most, Action<string> say)
    {
        if (calibrate is null)
        {
            var set = Evenly(labelled, Math.Clamp(labelled.Count / 5, 1, MostToCalibrate));
            return new(set, Judgeable([.. labelled.Except(set)], most));
        }

        var chosen = Evenly(CalibrationImages.InFolder(calibrate), MostToCalibrate);
        var hashes = chosen.Select(FileHash.Sha256).ToHashSet(StringComparer.Ordinal);
        string[] rest = [.. labelled.Where(file => !hashes.Contains(FileHash.Sha256(file)))];
        if (rest.Length < labelled.Count) { say($"{labelled.Count - rest.Length} of the {labelled.Count} labelled images are calibrated on, and not judged on."); }
        return new(chosen, Judgeable(rest, most));
    }

    internal static ImageSplit Halves(IReadOnlyList<string> photographs, int most)
    {
        var set = Evenly(photographs, Math.Clamp(photographs.Count / 2, 1, MostToCalibrate));
        return new(set, Judgeable([.. photographs.Except(set)], most));
    }

    static IReadOnlyList<string> Judgeable(IReadOnlyList<string> files, int most) => files.Count > 0 ? Evenly(files, most)
        : throw LabError.BadInput("No image is left to judge on: all of them are calibrated on, needed at least two images. Name more with --coco, --imagefolder or --calibrate.");

    static IReadOnlyList<string> Evenly(IReadOnlyList<string> files, int most) =>
        files.Count <= most ? files : [.. Enumerable.Range(0, most).Select(i => files[(int)((long)i * files.Count / most)])];
}

/// <summary>On labels, which may lose so many points.</summary>
abstract class LabelledJudge(OptimizeOptions options) : Judge
{
    internal sealed override double MostLoss => options.MaxApLoss;
    internal sealed override string Limit => FormattableString.Invariant($"--max-ap-loss {options.MaxApLoss:0.##}");
}

/// <summary>By COCO average precision; the loss is paired by image.</summary>
sealed class CocoJudge(CocoDataset dataset, OptimizeOptions options) : LabelledJudge(options)
{
    readonly EvaluationRun _run = new(dataset, dataset.Describe(), options.Detector);
    EvaluationRow? _reference;

    internal override string Measure => "AP";
    internal override string On => $"{dataset.Files.Count} labelled images";

    internal override Judgement Judgement(Func<OpenedEngine> open, Action<long, long> progress, CancellationToken cancellation)
    {
        var row = _run.Evaluate(open, progress, cancellation);
        var ap = row.Result.Evaluation.Summary.Ap ?? throw LabError.BadInput("The images that are judged on hold no labelled object. Name a data set with more of them.");
        _reference ??= row;
        var difference = row.ComparedWith(_reference, dataset.Truth).Comparison!.ApDifference!.Value;
        return new(100 * ap, difference.Scale(-100));
    }

    internal override void Forget() => _run.Forget();

    public override void Dispose() => _run.Dispose();
}

/// <summary>By the share of pictures whose first class is right.</summary>
sealed class FolderJudge(ImageFolder data, OptimizeOptions options) : LabelledJudge(options)
{
    readonly ImageFolderEval _run = new(data, data.Describe(), options.Detector);
    ClassificationRow? _reference;

    internal override string Measure => "top-1";
    internal override string On => $"{data.Files.Count} labelled pictures";

    internal override Judgement Judgement(Func<OpenedEngine> open, Action<long, long> progress, CancellationToken cancellation)
    {
        var row = _run.Evaluate(open, progress, cancellation);
        _reference ??= row;
        return new(100 * row.Result.Top1.Value, row.Result.MinusOf(_reference.Result).Scale(-100));
    }

    internal override void Forget() => _run.Forget();

    public override void Dispose() => _run.Dispose();
}

/// <summary>Without labels: how far a candidate says of pictures what FP32 says of them. It cannot tell a mistake that both make.</summary>
sealed class AgreementJudge(ModelUse use, OptimizeOptions options, IReadOnlyList<string> photographs) : Judge
{
    const int BuiltIn = 16, FirstBuiltIn = 2000; // far from those of calibration and of timing

    IReadOnlyList<Agreement.Seen>? _reference;

    internal override string Measure => "agreement";
    internal override string On => photographs.Count > 0 ? $"{photographs.Count} photographs without labels" : $"{BuiltIn} built-in pictures";
    internal override double MostLoss => 100 - options.MinAgreement;
    internal override string Limit => FormattableString.Invariant($"--min-agreement {options.MinAgreement:0.##}");

    internal override Judgement Judgement(Func<OpenedEngine> open, Action<long, long> progress, CancellationToken cancellation)
    {
        using var opened = open();
        var seen = Agreement.See(opened.Engine, use, options.Detector, Agreement.Pictures(photographs, FirstBuiltIn, BuiltIn), done =>
        {
            cancellation.ThrowIfCancellationRequested();
            progress(done, photographs.Count > 0 ? photographs.Count : BuiltIn);
        });
        _reference ??= seen;
        var agreement = Agreement.Of(_reference, seen).Scale(100);
        return new(agreement.Value, new(100 - agreement.Value, 100 - agreement.Upper, 100 - agreement.Lower, agreement.Level));
    }
}
