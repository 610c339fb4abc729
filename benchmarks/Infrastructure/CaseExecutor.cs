using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains;
using BenchmarkDotNet.Toolchains.DotNetCli;
using BenchmarkDotNet.Toolchains.Parameters;
using BenchmarkDotNet.Toolchains.Results;

namespace DetrPerfLab.Benchmarks;

/// <summary>Starts a case's process with the variables that its row asks for; BenchmarkDotNet itself knows variables of a whole job only.</summary>
sealed class CaseExecutor : IExecutor
{
    readonly DotNetCliExecutor _executor = new(customDotNetCliPath: "dotnet");

    public ExecuteResult Execute(ExecuteParameters parameters)
    {
        var benchmark = WithVariables(parameters.BenchmarkCase);
        if (benchmark == parameters.BenchmarkCase) { return _executor.Execute(parameters); }
        return _executor.Execute(new(
            parameters.BuildResult, benchmark, parameters.BenchmarkId, parameters.Logger, parameters.Resolver, parameters.LaunchIndex, parameters.Diagnoser));
    }

    /// <summary>The case with its row's variables beside the job's, which all rows share.</summary>
    internal static BenchmarkCase WithVariables(BenchmarkCase benchmark)
    {
        if (ResultJoin.RowOf(benchmark).Environment is not { Count: > 0 } variables) { return benchmark; }
        var job = benchmark.Job.WithEnvironmentVariables(
            [.. benchmark.Job.Environment.EnvironmentVariables ?? [], .. variables.Select(v => new EnvironmentVariable(v.Key, v.Value))]);
        return BenchmarkCase.Create(benchmark.Descriptor, job, benchmark.Parameters, benchmark.Config);
    }
}
