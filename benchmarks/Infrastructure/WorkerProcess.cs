using System.Diagnostics;
using System.Globalization;
using DetrPerfLab.Core;
using DetrPerfLab.Engines;
using DetrPerfLab.Measure;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>A process of its own that runs a variant when told to; one line a command on its standard input.</summary>
sealed class WorkerProcess : IDisposable
{
    /// <summary>Set by the host for its cases: the program that workers run.</summary>
    internal const string HostVariable = "DETRLAB_HOST";

    const string Verb = "worker";
    const string Ready = "ready";
    readonly Process _process;

    WorkerProcess(Process process) => _process = process;

    /// <summary>Most that was resident since the worker was ready, bytes; null where the system does not tell.</summary>
    internal long? PeakRssBytes => ProcessMemory.Read(_process.Id).PeakRssBytes;

    /// <summary>Resident now, bytes; null where the system does not tell.</summary>
    internal long? RssBytes => ProcessMemory.Read(_process.Id).RssBytes;

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
        worker.Await();
        return worker;
    }

    /// <summary>Has it run so many images; <see cref="Await"/> waits for the last.</summary>
    internal void Begin(int images)
    {
        _process.StandardInput.WriteLine(images.ToString(CultureInfo.InvariantCulture));
        _process.StandardInput.Flush();
    }

    internal void Await()
    {
        if (_process.StandardOutput.ReadLine() != Ready) { throw LabError.SuiteWorkerEnded(_process.WaitForExit(1000) ? _process.ExitCode : -1); }
    }

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
        using var owner = ready.Owner;
        ready.Engine.Run(ready.Inputs, ready.Outputs);
        ProcessMemory.TryResetPeak();
        Console.WriteLine(Ready);
        while (Console.ReadLine() is { } line)
        {
            for (var images = int.Parse(line, CultureInfo.InvariantCulture); images > 0; images--) { ready.Engine.Run(ready.Inputs, ready.Outputs); }
            Console.WriteLine(Ready);
        }

        return 0;
    }
}
