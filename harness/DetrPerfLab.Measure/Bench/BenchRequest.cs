using System.Text.Json;

namespace DetrPerfLab.Measure;

/// <summary>What a variant's process is to measure.</summary>
/// <param name="Model">A name or a checkpoint's path.</param>
/// <param name="Variant">A variant's name.</param>
/// <param name="Height">Of the image, pixels.</param>
/// <param name="Width">Of the image, pixels.</param>
/// <param name="Threads">0 takes every processor that the process may use.</param>
/// <param name="CacheFolder">Where artefacts and reference outputs lie, made beforehand.</param>
/// <param name="Seed">Decides which runs are audited.</param>
public sealed record BenchRequest(string Model, string Variant, int Height, int Width, int Threads, string CacheFolder, ulong Seed)
{
    /// <summary>Time after which warm-up ends, steady or not.</summary>
    public double WarmUpCapMs { get; init; } = MeasuredCase.WarmUpRule.CapMs;

    /// <summary>Turns that are planned: the fewer, the more of them are audited.</summary>
    public int Rounds { get; init; } = 15;
}

/// <summary>A question to a variant's process: one of three.</summary>
/// <param name="Open">Load, check and warm up; the first question.</param>
/// <param name="TurnAfter">One timed inference after so many untimed ones.</param>
/// <param name="End">End of the audit, and the memory pass.</param>
sealed record WorkerQuestion(BenchRequest? Open = null, int? TurnAfter = null, bool End = false);

/// <summary>Its answer: what was asked for, or why there is none.</summary>
sealed record WorkerAnswer(
    InferenceFacts? Facts = null, InferenceTurn? Turn = null, BenchEnd? End = null, string? Failure = null, ExitCode Code = ExitCode.Done);

/// <summary>How questions and answers travel: JSON, one a line, on the standard streams of the process.</summary>
static class WorkerLine
{
    /// <summary>Tells answers from what native libraries print.</summary>
    internal const string Mark = "detrlab-answer ";

    static readonly JsonSerializerOptions s_options = new(LabJson.Options) { WriteIndented = false };

    internal static string Write<T>(T message) => JsonSerializer.Serialize(message, s_options);

    internal static T Read<T>(string line) => JsonSerializer.Deserialize<T>(line, s_options)!;
}
