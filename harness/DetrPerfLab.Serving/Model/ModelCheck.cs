namespace DetrPerfLab.Serving;

/// <summary>What a model gave for the pictures that new models are verified on.</summary>
sealed record CheckedModel(IReadOnlyList<Agreement.Seen>? Seen, double? Ap);

/// <summary>Verifies a model before it takes over: its outputs are finite, and it loses no more than is allowed against the one before. Running it so warms it up, too.</summary>
sealed class ModelCheck
{
    const int BuiltIn = 4, FirstBuiltIn = 3000; // far from those of calibration, timing and judging

    readonly DetectorOptions _options;
    readonly CocoDataset? _labelled;
    readonly IReadOnlyList<string> _files = [];

    /// <param name="verify">A folder of pictures, a COCO data set, or null for built-in pictures.</param>
    internal ModelCheck(string? verify, DetectorOptions options)
    {
        _options = options;
        if (verify is null) { return; }
        if (File.Exists(Path.Combine(verify, "instances.json"))) { _labelled = CocoDataset.Open(verify); }
        else { _files = ImageFiles.Expand([verify]); }
    }

    IEnumerable<RgbImage> Pictures => Agreement.Pictures(_files, FirstBuiltIn, BuiltIn);

    /// <summary>What is compared, in words.</summary>
    internal string On => _labelled is not null ? $"average precision on {_labelled.Files.Count} labelled pictures" : $"agreement on {(_files.Count > 0 ? $"{_files.Count}" : $"{BuiltIn} built-in")} pictures";

    /// <exception cref="LabException">An output is not finite, or a picture cannot be used.</exception>
    internal CheckedModel Run(IInferenceEngine engine, ModelUse use, CancellationToken stop)
    {
        if (_labelled is not null)
        {
            return new(null, DatasetEvaluator.Evaluate(engine, use, _labelled, _options, cancellation: stop).Evaluation.Summary.Ap
                ?? throw LabError.BadInput("The pictures of --verify hold no labelled object. Name a data set with some, or a folder of pictures alone."));
        }

        return new(Agreement.See(engine, use, _options, Pictures, _ => stop.ThrowIfCancellationRequested()), null);
    }

    /// <summary>Runs one picture, so that the first request does not pay for what an engine does once.</summary>
    internal void WarmUp(IInferenceEngine engine, ModelUse use) => Agreement.See(engine, use, _options, Pictures.Take(1), _ => { });

    /// <summary>Points, of 100, that the second loses against the first.</summary>
    internal static double LossOf(CheckedModel before, CheckedModel after) =>
        before.Ap is { } ap && after.Ap is { } now ? 100 * (ap - now) : 100 * (1 - Agreement.Of(before.Seen!, after.Seen!).Value);
}
