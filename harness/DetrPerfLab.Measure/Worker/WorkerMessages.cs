using System.Text.Json;

namespace DetrPerfLab.Measure;

/// <summary>What a process of its own is to run: one variant on one image.</summary>
/// <param name="Threads">0 takes every processor that the process may use.</param>
public sealed record WorkerRequest(string Model, string Variant, int Height, int Width, int Threads, string CacheFolder)
{
    public string? Use { get; init; } // what the user says of the model, as JSON; null where its files say enough
    public string? Name { get; init; } // of the arm, where one variant takes part with several settings; null for the variant's
    public string? Calibration { get; init; } // what INT8 is calibrated on, as JSON; null for what the environment says
    public bool Spinning { get; init; } = true; // whether idle threads spin
    public ulong Seed { get; init; } = 1; // decides which runs are audited, and the fresh inputs
    public double WarmUpCapMs { get; init; } = MeasuredCase.WarmUpRule.CapMs; // time after which warm-up ends, steady or not
    public double TurnMs { get; init; } = 250; // length of a turn, at least: of a model of 5 ms, 15 of them give the 662 samples that p99 needs
    public int Samples { get; init; } = 15; // turns that are planned: the fewer, the more of them are audited
}

/// <summary>What was found after the last sample.</summary>
public sealed record WorkerEnd
{
    public AuditReplay? Audit { get; init; } // of fresh inputs run again; null where that failed
    public string? AuditFailure { get; init; } // why the samples are not to be trusted; null when they are
    public MemoryInfo? Memory { get; init; } // from a pass of its own; null where that, or the audit, failed
    public string? MemoryFailure { get; init; } // why the memory pass failed; null when it did not
}

/// <summary>A question to a worker, one of four: open (the first), a timed inference after some untimed ones, some untimed ones, end.</summary>
sealed record WorkerQuestion(WorkerRequest? Open = null, int? SampleAfter = null, int? Run = null, bool End = false);

/// <summary>Its answer: what was asked for, or why there is none.</summary>
/// <param name="Opened">What is known before the first sample; also the answer to <see cref="WorkerQuestion.Run"/>.</param>
/// <param name="PeakIsOfRuns">Whether the peak of resident memory began anew once it was open.</param>
sealed record WorkerAnswer(
    RunResult? Opened = null, bool PeakIsOfRuns = false, Sample? Sample = null, WorkerEnd? End = null, string? Failure = null, ExitCode Code = ExitCode.Done);

/// <summary>How figures cross from a process to the one that started it: JSON, one line a message, on standard output.</summary>
public static class WorkerLine
{
    internal const string Mark = "detrlab-answer "; // tells messages from what native libraries print

    /// <summary>Writes a message at once: the process may end next. On a line of its own, also where a native library printed without ending its line.</summary>
    public static void Send<T>(TextWriter output, T message)
    {
        output.WriteLine();
        output.WriteLine(Mark + Write(message));
        output.Flush();
    }

    /// <summary>The last message among the lines that a process printed; null where there is none, or where the process was killed while it wrote it.</summary>
    public static T? Last<T>(IEnumerable<string> lines)
        where T : class
    {
        try { return lines.LastOrDefault(IsMessage) is { } line ? Read<T>(line) : null; }
        catch (JsonException) { return null; }
    }

    internal static bool IsMessage(string line) => line.StartsWith(Mark, StringComparison.Ordinal);

    internal static string Write<T>(T message) => JsonSerializer.Serialize(message, LabJson.OneLine);

    internal static T Read<T>(string line) => JsonSerializer.Deserialize<T>(IsMessage(line) ? line[Mark.Length..] : line, LabJson.OneLine)!;
}
