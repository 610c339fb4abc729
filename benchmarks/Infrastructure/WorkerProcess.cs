using System.Diagnostics;

namespace DetrPerfLab.Benchmarks;

/// <summary>A process of its own that runs a variant when told to; one line a command on its standard input.</summary>
sealed class WorkerProcess : IDisposable
{
    /// <summary>Set by the host for its cases: the program that workers run.</summary>
    internal const string HostVariable = "DETRLAB_HOST";

    const string Verb = "worker";
    const string Ready = "ready";

    /// <summary>Follows <see cref="Ready"/> where the system could not make the peak start anew: it would be that of loading.</summary>
    const string PeakOfLoading = " with the peak of loading";
    readonly Process _process;
    bool _peakIsOfRuns;

    WorkerProcess(Process process) => _process = process;

    /// <summary>Most that was resident since the worker was ready, bytes; null where the system does not tell.</summary>
    internal long? PeakRssBytes => _peakIsOfRuns ? ProcessMemory.Read(_process.Id).PeakRssBytes : null;

    /// <summary>Resident now, bytes; null where the system does not tell.</summary>
    internal long? RssBytes => ProcessMemory.Read(_process.Id).RssBytes;

    /// <summary>The same with shared pages by their part; null where the system does not tell.</summary>
    internal long? ProportionalBytes => ProcessMemory.ReadProportionalBytes(_process.Id);

    internal static bool IsAsked(string[] args) => args is [Verb, _, _];

    /// <summary>Starts one and waits until it is warm.</summary>
    /// <exception cref="LabException">It ended instead.</exception>
    internal static WorkerProcess Start(string variant, int threads)
    {
        var host = Environment.GetEnvironmentVariable(HostVariable)
            ?? throw new InvalidOperationException($"{HostVariable} is not set: benchmarks run through Program.cs only.");
        var process = Process.Start(new ProcessStartInfo("dotnet", [host, Verb, variant, threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var worker = new WorkerProcess(process);
        worker._peakIsOfRuns = worker.Answer() == Ready;
        return worker;
    }

    /// <summary>Has it run so many images; <see cref="Await"/> waits for the last.</summary>
    internal void Begin(int images)
    {
        _process.StandardInput.WriteLine(images.ToString(CultureInfo.InvariantCulture));
        _process.StandardInput.Flush();
    }

    internal void Await() => Answer();

    string Answer() => _process.StandardOutput.ReadLine() is (Ready or Ready + PeakOfLoading) and var answer ? answer
        : throw LabError.CheckFailed($"A worker process ended with exit code {(_process.WaitForExit(1000) ? _process.ExitCode : -1)} instead of doing its images. "
            + "Run the suite with --verbose: its message stands in the log.");

    public void Dispose()
    {
        _process.StandardInput.Close(); // it ends with its input
        if (!_process.WaitForExit(5000)) { _process.Kill(); }
        _process.Dispose();
    }

    /// <summary>What a worker does: reads how many images to run, runs them, says so.</summary>
    internal static int Serve(string[] args)
    {
        var ready = new ModelCase(args[1], BenchmarkModel.DefaultSize, new EngineSettings { Threads = int.Parse(args[2], CultureInfo.InvariantCulture) }).Check();
        using var owner = ready.Case;
        ready.Engine.Run(ready.Inputs, ready.Outputs);
        ready.Engine.Synchronize();
        Console.WriteLine(ProcessMemory.TryResetPeak() ? Ready : Ready + PeakOfLoading);
        while (Console.ReadLine() is { } line)
        {
            for (var images = int.Parse(line, CultureInfo.InvariantCulture); images > 0; images--) { ready.Engine.Run(ready.Inputs, ready.Outputs); }
            ready.Engine.Synchronize();
            Console.WriteLine(Ready);
        }

        return 0;
    }
}
