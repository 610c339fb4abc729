using System.Text.Json;
using System.Text.Json.Serialization;

namespace DetrPerfLab.Training;

/// <summary>How the miniature is trained. All of it decides the result; a run goes on only with the same.</summary>
public sealed record TrainingOptions
{
    /// <summary>The miniature: a ResNet-18 of half the width, hidden 128, three layers each way, 25 queries.</summary>
    public static DetrConfig Mini { get; } = new()
    {
        Name = "detr_mini",
        BackboneDepth = 18,
        BackboneWidth = 32,
        HiddenDim = 128,
        EncoderLayers = 3,
        DecoderLayers = 3,
        FeedForwardDim = 512,
        Queries = 25,
        Classes = Scene.Classes.Count,
    };

    /// <summary>A student of half the miniature's layers, as wide.</summary>
    public static DetrConfig Student { get; } = Mini with { Name = "detr_mini_student", BackboneDepth = 10, EncoderLayers = 1, DecoderLayers = 2 };

    public DetrConfig Config { get; init; } = Mini;
    public string? From { get; init; } // sha256 of the weights that it begins with; null: drawn from the seed
    public string? Teacher { get; init; } // sha256 of the model that it learns from beside the truth; null: of the truth alone
    public long Steps { get; init => field = value >= 1 ? value : throw LabError.OutOfRange(value, "1 or more", "steps"); } = 16_000;
    public int Batch { get; init => field = value is >= 1 and <= 256 ? value : throw LabError.OutOfRange(value, "1 to 256", "batch"); } = 16;
    public int Parts { get; init => field = value is >= 1 and <= 256 ? value : throw LabError.OutOfRange(value, "1 to 256", "parts"); } = 2; // of a batch, computed side by side; the same on every machine, since batch norms see one part each
    public int Scenes { get; init => field = value is >= 1 and <= 100_000 ? value : throw LabError.OutOfRange(value, "1 to 100000", "scenes"); } = 12_000; // that are drawn once and seen again, changed each time
    public int Groups { get; init => field = value is >= 1 and <= 16 ? value : throw LabError.OutOfRange(value, "1 to 16", "groups"); } = 6; // of queries while it learns
    public double ClassWeight { get; init; } = 4; // of the class loss; with DETR's own 1 boxes were found long before their classes, which a backbone that was trained before knows already
    public double LearningRate { get; init; } = 4e-4;
    public double WeightDecay { get; init; } = 1e-4;
    public double Clip { get; init; } = 0.5; // of the gradient's norm
    public double MeanDecay { get; init; } = 0.9995; // of the running mean of the weights, which is what is kept
    public int WarmUpSteps { get; init; } = 500;
    public double DropAt { get; init; } = 0.8; // share of the steps after which the rate is a tenth
    public ulong Seed { get; init; } = 1;
    public int Threads { get; init; } = 0; // 0: all; a run of no more than one for each part goes on to the bit

    /// <summary>All that decides the run, as text; threads, beyond one a part, change nothing but its last bits.</summary>
    [JsonIgnore]
    public string Key => JsonSerializer.Serialize(this with { Threads = 0 }, LabJson.OneLine);

    internal double RateAt(long step) => LearningRate * Math.Min(1, (step + 1.0) / WarmUpSteps) * (step < DropAt * Steps ? 1 : 0.1);
}

/// <summary>How far a run is. Losses are means since the last report; AP in [0, 1] of the running mean on scenes that it never learns from, null between two judgements.</summary>
public sealed record TrainingProgress(long Step, long Steps, double Loss, double ClassLoss, double BoxLoss, double GiouLoss, double? Ap, double? Ap50, TimeSpan? Left, double PicturesPerSecond);
