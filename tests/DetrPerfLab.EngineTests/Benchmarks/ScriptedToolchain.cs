using BenchmarkDotNet.Characteristics;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains;
using BenchmarkDotNet.Toolchains.Parameters;
using BenchmarkDotNet.Toolchains.Results;
using BenchmarkDotNet.Validators;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>Cases whose processes are a script: BenchmarkDotNet's own run around them is real, and takes no time.</summary>
/// <param name="execute">What a case's process does; takes its id and leaves facts or none. Throwing ends the whole run, as an interruption does.</param>
sealed class ScriptedToolchain(Func<string, CaseFacts?> execute) : IToolchain, IGenerator, IBuilder, IExecutor
{
    internal const double SampleMs = 250;

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
        var id = ResultJoin.IdOf(parameters.BenchmarkCase);
        Started.Add(id);
        var facts = execute(id);
        var folder = parameters.BenchmarkCase.Job.Environment.EnvironmentVariables.Single(v => v.Key == CaseFacts.Variable("").Name).Value;
        facts?.Save(folder, id);
        return Ended(exitCode: facts is null ? 137 : 0);
    }

    /// <summary>Six samples, as BenchmarkDotNet's processes print them.</summary>
    internal static ExecuteResult Ended(int exitCode)
    {
        string[] lines = [.. Enumerable.Range(1, 6).Select(i => FormattableString.Invariant($"WorkloadActual  {i}: 1 op, {SampleMs * 1e6:F2} ns, {SampleMs:F4} ms/op"))];
        return new(foundExecutable: true, exitCode, processId: 1, lines, [], lines, launchIndex: 1);
    }
}
