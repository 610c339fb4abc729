using BenchmarkDotNet.Characteristics;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains;
using BenchmarkDotNet.Toolchains.Parameters;
using BenchmarkDotNet.Toolchains.Results;
using BenchmarkDotNet.Validators;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>Cases whose processes are a script: BenchmarkDotNet's own run around them is real, and takes no time.</summary>
/// <param name="execute">What a case's process does; takes its id and gives its result or none. Throwing ends the whole run, as an interruption does.</param>
sealed class ScriptedToolchain(Func<string, RunResult?> execute) : IToolchain, IGenerator, IBuilder, IExecutor
{
    const double SampleMs = 250;

    /// <summary>Ids of the cases started, in their order.</summary>
    internal List<string> Started { get; } = [];

    /// <summary>Whether the build fails.</summary>
    internal bool Broken { get; init; }

    public string Name => "scripted";
    public bool IsInProcess => false;
    public IGenerator Generator => this;
    public IBuilder Builder => this;
    public IExecutor Executor => this;

    public IEnumerable<ValidationError> Validate(BenchmarkCase benchmarkCase, IResolver resolver) => [];

    public GenerateResult GenerateProject(BuildPartition buildPartition, ILogger logger, string rootArtifactsFolderPath) =>
        GenerateResult.Success(ArtifactsPaths.Empty, []);

    public BuildResult Build(GenerateResult generateResult, BuildPartition buildPartition, ILogger logger) =>
        Broken ? BuildResult.Failure(generateResult, "No space left on device") : BuildResult.Success(generateResult);

    public ExecuteResult Execute(ExecuteParameters parameters)
    {
        var id = SuiteCase.IdOf(parameters.BenchmarkCase);
        Started.Add(id);
        return Ended(execute(id));
    }

    /// <summary>Six samples, as BenchmarkDotNet's processes print them, and the case's own word; a process without one was killed.</summary>
    static ExecuteResult Ended(RunResult? said)
    {
        string[] lines = [.. Enumerable.Range(1, 6).Select(i => FormattableString.Invariant($"WorkloadActual  {i}: 1 op, {SampleMs * 1e6:F2} ns, {SampleMs:F4} ms/op"))];
        using var output = new StringWriter();
        if (said is not null) { WorkerLine.Send(output, said); }
        return new(foundExecutable: true, exitCode: said is null ? 137 : 0, processId: 1, lines, [], [.. lines, .. output.ToString().Split('\n')], launchIndex: 1);
    }
}
