using BenchmarkDotNet.Running;
using DetrPerfLab.Benchmarks;
using DetrPerfLab.Benchmarks.Infrastructure;
using DetrPerfLab.Core;

// Usage: dotnet run -c Release -- --filter '*Precision*' [--quick] [--model NAME|FILE] [--restart] [--verbose] [options of BenchmarkDotNet]
try
{
    if (WorkerProcess.IsAsked(args)) { return WorkerProcess.Serve(args); }
    var options = RunOptions.Parse(args);
    // Suites read these when BenchmarkDotNet looks at them; cases get them handed on.
    Environment.SetEnvironmentVariable(BenchmarkModel.Variable, options.Model);
    Environment.SetEnvironmentVariable(CaseProcess.QuickVariable, options.Quick ? "1" : "0");
    var run = new BenchmarkRun(options);
    return (int)run.Finish([.. BenchmarkSwitcher.FromAssembly(typeof(LabConfig).Assembly).Run(options.Rest, run.Config)]);
}
catch (LabException mistake)
{
    Console.Error.WriteLine($"benchmarks: {mistake.Message}");
    return (int)mistake.ExitCode;
}
