using BenchmarkDotNet.Running;
using DetrPerfLab.Benchmarks;
using DetrPerfLab.Benchmarks.Infrastructure;
using DetrPerfLab.Core;

// Usage: dotnet run -c Release -- --filter '*Precision*' [--quick] [--model NAME|FILE] [options of BenchmarkDotNet]
try
{
    var options = RunOptions.Parse(args);
    Environment.SetEnvironmentVariable(BenchmarkModel.Variable, options.Model);
    var run = new BenchmarkRun(options);
    return (int)run.Finish(BenchmarkSwitcher.FromAssembly(typeof(LabConfig).Assembly).Run(options.Rest, run.Config));
}
catch (LabException mistake)
{
    Console.Error.WriteLine($"benchmarks: {mistake.Message}");
    return (int)mistake.ExitCode;
}
