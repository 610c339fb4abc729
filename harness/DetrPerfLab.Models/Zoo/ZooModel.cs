namespace DetrPerfLab.Models;

/// <summary>One entry of models/zoo.json: a published model.</summary>
public sealed record ZooModel
{
    public required string Name { get; init; } // in commands, for example detr-r50

    /// <summary>The shape of the model; its name (torch.hub's, for example <c>detr_resnet50</c>) is a second name for the entry.</summary>
    public required ModelConfig Config { get; init; }
    public required Uri Url { get; init; }
    public required string Sha256Head { get; init; } // first eight hex digits: all that its publisher gives, in the file's name
    public required long MaxBytes { get; init; } // more are not downloaded
    public required string Licence { get; init; } // of the weights, as SPDX names it
    public required PublishedFigures Published { get; init; }
    internal string FileName => Path.GetFileName(Url.LocalPath);
}

/// <summary>What the authors of a model published. Never a result of this machine.</summary>
/// <param name="CocoAp">COCO val2017 box AP@[.50:.95] in [0, 1]; null of a classifier.</param>
/// <param name="SecondsPerImage">Inference time, batch 1; null where they gave none.</param>
/// <param name="Top1">Share of ImageNet's validation pictures whose first class is right, in [0, 1]; null of a detector.</param>
public sealed record PublishedFigures(double? CocoAp, double? SecondsPerImage, string? Device, string Source, double? Top1 = null);

/// <summary>Which weights a name stands for.</summary>
public enum WeightsKind
{
    Official, // known by its hash
    Synthetic, // see SyntheticWeights
    Trained, // by the lab itself, on its scenes
    File, // the user's
}

/// <summary>What a name stands for.</summary>
/// <param name="Path">The checkpoint; null for synthetic weights, and for official ones that were not fetched.</param>
/// <param name="Zoo">The zoo's entry; null for a user's own model.</param>
/// <param name="Note">What the user should know, for example that synthetic weights stand in; null when nothing.</param>
public sealed record KnownModel(string Name, WeightsKind Kind, string? Path, ZooModel? Zoo, string? Note = null)
{
    public bool AtHand => Kind == WeightsKind.Synthetic || Path is not null; // whether it loads without a download
}
