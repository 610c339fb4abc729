using BenchmarkDotNet.Characteristics;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains;
using BenchmarkDotNet.Toolchains.Parameters;
using BenchmarkDotNet.Toolchains.Results;
using BenchmarkDotNet.Validators;

namespace DetrPerfLab.Benchmarks;

/// <summary>A toolchain that can run a case once more, as it ran before and in a fresh process: BenchmarkDotNet itself runs each once.</summary>
sealed class RepeatableToolchain(IToolchain toolchain) : IToolchain, IExecutor
{
    readonly Dictionary<string, ExecuteParameters> _run = []; // how BenchmarkDotNet had a case run, by its id

    public string Name => toolchain.Name;
    public bool IsInProcess => toolchain.IsInProcess;
    public IGenerator Generator => toolchain.Generator;
    public IBuilder Builder => toolchain.Builder;
    public IExecutor Executor => this;

    public IEnumerable<ValidationError> Validate(BenchmarkCase benchmarkCase, IResolver resolver) => toolchain.Validate(benchmarkCase, resolver);

    public ExecuteResult Execute(ExecuteParameters parameters)
    {
        _run[SuiteCase.IdOf(parameters.BenchmarkCase)] = parameters;
        return toolchain.Executor.Execute(parameters);
    }

    /// <summary>Runs a case that has run before.</summary>
    internal BenchmarkReport RunAgain(BenchmarkCase benchmark)
    {
        var parameters = _run[SuiteCase.IdOf(benchmark)];
        var ended = Execute(parameters);
        return new(ended.IsSuccess, benchmark, parameters.BuildResult, parameters.BuildResult, [ended], []);
    }

    public override string ToString() => Name; // what BenchmarkDotNet's exports call it
}
