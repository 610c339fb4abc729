namespace DetrPerfLab.Cli;

/// <summary>What <c>detrlab optimize</c> was asked for.</summary>
sealed record OptimizeOptions
{
    internal required string Model { get; init; }
    internal required string Out { get; init; }
    internal string? Coco { get; init; }
    internal string? ImageFolder { get; init; }
    internal string? Calibrate { get; init; }
    internal double MaxApLoss { get; init; } = 0.5; // points, of AP or top-1
    internal double MinAgreement { get; init; } = 90; // per cent, where there are no labels
    internal double? MaxLatencyMs { get; init; }
    internal double? MaxMemoryMiB { get; init; }
    internal double Minutes { get; init; } = 20;
    internal PickName Pick { get; init; } = PickName.Fastest;
    internal int? Size { get; init; }
    internal FamilyOptions Family { get; init; } = new();
    internal DetectorOptions Detector => new() { Size = Size, Threads = Environment.ProcessorCount, Postprocess = new() { Threshold = 0 } };

    /// <summary>As lists of images name one: below its data set, so that two classes may each have a 1.jpg; its name alone where it lies elsewhere.</summary>
    internal string NameOf(string image) => DataFolder is { } data && Path.GetRelativePath(data, image) is var below && !below.StartsWith("..", StringComparison.Ordinal) ? below : Path.GetFileName(image);

    string? DataFolder => Coco is { } coco ? Path.Combine(coco, "images") : ImageFolder;

    /// <summary>Apart from the variants' files, so that neither takes the place of the other.</summary>
    internal static string Cache => Path.Combine(LabPaths.ModelCache, "optimize");
}

/// <summary>Three ways to weigh speed against what it costs.</summary>
enum PickName
{
    Safest, // FP32's own numbers
    Balanced, // half of the loss that the user allows
    Fastest, // all of it
}
