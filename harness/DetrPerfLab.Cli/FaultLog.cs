namespace DetrPerfLab.Cli;

/// <summary>What nobody foresaw: one line for the user, the trace in a file for us.</summary>
static class FaultLog
{
    internal static ExitCode Tell(Exception fault, TextWriter error)
    {
        if (fault is AggregateException { InnerExceptions: [var only] }) { fault = only; }
        if (fault is LabException known)
        {
            error.WriteLine($"detrlab: {known.Message}");
            return known.ExitCode;
        }

        var log = Write(fault);
        error.WriteLine($"detrlab: {LabError.ReasonOf(fault)}. {(log is null ? "No log could be written." : $"The trace is in '{log}'.")}");
        return LabError.CodeOf(fault);
    }

    /// <summary>For faults of threads that no verb waits for: the runtime would end the process with code 134.</summary>
    internal static void CatchThoseOfThreads() => AppDomain.CurrentDomain.UnhandledException += (_, fault) =>
    {
        if (fault.ExceptionObject is Exception exception) { Environment.Exit((int)Tell(exception, Console.Error)); }
    };

    /// <summary>The path, or null where no folder takes a file.</summary>
    static string? Write(Exception fault)
    {
        foreach (var folder in new[] { Path.Combine(LabPaths.ModelCache, "logs"), Path.GetTempPath() })
        {
            try
            {
                Directory.CreateDirectory(folder);
                var path = Path.Combine(folder, $"detrlab-{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}.log");
                File.AppendAllText(path, $"{DateTimeOffset.UtcNow:O} detrlab {Environment.CommandLine}\n{fault}\n\n");
                return path;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
        }

        return null;
    }
}
