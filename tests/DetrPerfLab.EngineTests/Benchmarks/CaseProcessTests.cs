using System.Diagnostics;
using BenchmarkDotNet.Running;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>Real processes of BenchmarkDotNet, built and started by the lab's toolchain; results go to a folder of the test's own.</summary>
[Collection(nameof(Alone))]
public sealed class CaseProcessTests(CaseProcessTests.Finished run) : IClassFixture<CaseProcessTests.Finished>
{
    [Fact]
    public void Run_EachRow_StoresAllThatItsProcessFound()
    {
        Assert.True(run.Code == ExitCode.Done, run.Screen);
        Assert.Equal(ChildBenchmarks.Variants, run.Stored.Select(r => r.Variant));
        Assert.All(run.Stored, r =>
        {
            Assert.Null(r.Gap);
            Assert.Equal(ChildBenchmarks.Samples, r.SamplesMs.Count);
            Assert.Equal(["--quick"], r.Options);
            Assert.NotNull(r.WarmUp);
            Assert.NotNull(r.HarnessCost);
            Assert.NotNull(r.Contamination);
            Assert.NotNull(r.Gc);
            Assert.True(r.Memory is { PeakRssBytes: null or > 0 }, r.Id);
        });
    }

    /// <summary>Held against two other clocks: a pause is never shorter than asked for, and the host waited for all of it.</summary>
    [Fact]
    public void Run_OperationOfKnownLength_SamplesLieBetweenItAndTheWallClock()
    {
        foreach (var result in run.Stored.Where(r => r.Parameters.ContainsKey("Pause")))
        {
            var pause = int.Parse(result.Parameters["Pause"]);
            Assert.All(result.SamplesMs, ms => Assert.True(ms >= pause, $"{result.Id}: {ms} ms"));
        }

        Assert.InRange(run.Stored.Sum(r => r.SamplesMs.Sum() * r.OperationsPerSample), 0, run.WallMs);
    }

    /// <summary>One run that the tests look at.</summary>
    public sealed class Finished : IDisposable
    {
        readonly TempFolder _folder = new();
        readonly StringWriter _screen = new();

        public Finished()
        {
            var options = DetrPerfLab.Benchmarks.RunOptions.Parse(["--quick"]);
            var machine = new MachineInfo { CpuModel = "Test", Cores = 2, Os = "Linux", Runtime = ".NET 10" };
            var run = new BenchmarkRun(options, new(machine, _folder.File("results"), Plots: null, _folder.File("artifacts"), HostBinariesToolchain.Instance, _screen));
            var clock = Stopwatch.StartNew();
            var summaries = BenchmarkSwitcher.FromTypes([typeof(ChildBenchmarks)]).Run(options.Rest, run.Config);
            WallMs = clock.Elapsed.TotalMilliseconds;
            Code = run.Finish([.. summaries]);
            Stored = ResultStore.Read(Directory.GetDirectories(_folder.File("results")).Single()).Results;
        }

        internal ExitCode Code { get; }

        internal IReadOnlyList<RunResult> Stored { get; }

        internal double WallMs { get; }

        internal string Screen => _screen.ToString();

        public void Dispose()
        {
            _screen.Dispose();
            _folder.Dispose();
        }
    }
}
