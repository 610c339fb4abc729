using BenchmarkDotNet.Running;
using DetrPerfLab.Benchmarks;

// Usage: dotnet run -c Release -- --filter '*Precision*' [--quick] [--model NAME|FILE] [--calibrate DIR] [--keep-list FILE] [--restart] [--verbose] [options of BenchmarkDotNet]
try
{
    if (WorkerProcess.IsAsked(args)) { return WorkerProcess.Serve(args); }
    var options = RunOptions.Parse(args);
    // Suites read these when BenchmarkDotNet looks at them; cases get them handed on. Their folder is another, so paths must be whole.
    Environment.SetEnvironmentVariable(BenchmarkModel.Variable, File.Exists(options.Model) ? Path.GetFullPath(options.Model) : options.Model);
    if (options.Calibrate is { } folder) { Environment.SetEnvironmentVariable(CalibrationChoice.FolderVariable, Path.GetFullPath(folder)); }
    if (options.KeepList is { } table) { Environment.SetEnvironmentVariable(CalibrationChoice.KeepListVariable, Path.GetFullPath(table)); }
    Environment.SetEnvironmentVariable(CaseProcess.QuickVariable, options.Quick ? "1" : "0");
    var run = new BenchmarkRun(options, RunPlace.Of(options));
    return (int)run.Finish([.. BenchmarkSwitcher.FromAssembly(typeof(LabConfig).Assembly).Run(options.Rest, run.Config)]);
}
catch (LabException mistake)
{
    Console.Error.WriteLine($"benchmarks: {mistake.Message}");
    return (int)mistake.ExitCode;
}
