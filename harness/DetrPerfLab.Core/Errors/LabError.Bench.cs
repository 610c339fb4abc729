namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>What went wrong in a process of ours, as it told it.</summary>
    public static LabException InWorker(ExitCode exitCode, string message) => new(exitCode, message);

    /// <summary>A variant's process ended before it answered.</summary>
    public static LabException WorkerEnded(string variant, string how, string lastLines) => new(ExitCode.CheckFailed,
        $"The process that measures '{variant}' ended ({how}) before it answered{(lastLines.Length > 0 ? $"; it last wrote: {lastLines}" : "")}. "
        + "If the system lacked memory, measure fewer variants at once; else see what the engine says: detrlab doctor");

    /// <summary>A variant's process answered something else than was asked.</summary>
    public static LabException WorkerAnswer(string variant, string found) => new(ExitCode.CheckFailed,
        $"The process that measures '{variant}' answered '{found}', needed an answer to the question put. Build the whole solution anew: dotnet build -c Release");

    /// <summary>The same bench twice at once.</summary>
    public static LabException BenchRunning(string journal) =>
        BadInput($"The same bench is running: another process holds '{Path.GetFileName(journal)}'. Wait for it or end it; two at once would measure each other.");

    /// <summary>Results could not be kept.</summary>
    public static LabException FolderNotWritable(string folder, string reason) =>
        BadInput($"Folder '{folder}' cannot be written: {reason.TrimEnd('.')}. Name another with --results, or make it writable.");
}
