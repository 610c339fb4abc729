using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains;
using BenchmarkDotNet.Toolchains.DotNetCli;
using BenchmarkDotNet.Toolchains.Parameters;
using BenchmarkDotNet.Toolchains.Results;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>Starts a case's process with the variables that its row asks for; BenchmarkDotNet itself knows variables of a whole job only.</summary>
sealed class CaseExecutor : IExecutor
{
    readonly DotNetCliExecutor _executor = new(customDotNetCliPath: "dotnet");

    public ExecuteResult Execute(ExecuteParameters parameters)
    {
        var benchmark = parameters.BenchmarkCase;
        if (ResultJoin.RowOf(benchmark).Environment is not { Count: > 0 } variables) { return _executor.Execute(parameters); }
        var job = benchmark.Job.WithEnvironmentVariables(
            [.. benchmark.Job.Environment.EnvironmentVariables ?? [], .. variables.Select(v => new EnvironmentVariable(v.Key, v.Value))]);
        return _executor.Execute(new(
            parameters.BuildResult, BenchmarkCase.Create(benchmark.Descriptor, job, benchmark.Parameters, benchmark.Config),
            parameters.BenchmarkId, parameters.Logger, parameters.Resolver, parameters.LaunchIndex, parameters.Diagnoser));
    }
}
