using System.Diagnostics;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>Real processes of BenchmarkDotNet, built and started by the lab's toolchain; results go to a folder of the test's own.</summary>
[Collection(nameof(Alone))]
public sealed class CaseProcessTests(CaseProcessTests.Finished run) : IClassFixture<CaseProcessTests.Finished>
{
    [Fact]
    public void Run_EachRow_StoresAllThatItsProcessFound()
    {
        Assert.True(run.Code == ExitCode.CheckFailed, run.Screen); // by the one that differs
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

    [Fact]
    public void Run_ServerUnderLoad_StoresWhatItsRequestsTook()
    {
        var served = run.Stored.Single(r => r.Variant == "served");
        Assert.All(served.SamplesMs, ms => Assert.InRange(ms, 0.1, run.WallMs));
        Assert.True(served.Serving is { OfferedRate: > 0, AchievedRate: > 0, FullShare: 0 }, $"{served.Serving}");
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

        Assert.InRange(run.Stored.Concat(run.Ordinary).Sum(r => r.SamplesMs.Sum() * r.OperationsPerSample), 0, run.WallMs);
    }

    [Fact]
    public void Run_OrdinaryBenchmark_IsFiledWithItsSamplesAndGarbage()
    {
        var result = run.Ordinary.Single(r => r.Variant == "pause");
        Assert.Equal("OrdinaryChildBenchmarks.Run(Variant: pause, Count: 3, Kind: known)", result.Id);
        Assert.All(result.SamplesMs, ms => Assert.True(ms >= OrdinaryChildBenchmarks.PauseMs, $"{ms} ms"));
        Assert.InRange(result.Memory!.AllocatedBytesPerOperation!.Value, OrdinaryChildBenchmarks.Bytes, OrdinaryChildBenchmarks.Bytes + 500);
        Assert.NotNull(result.Contamination);
        Assert.NotNull(result.AuditGap);
    }

    [Fact]
    public void Run_OrdinaryBenchmarkThatGivesSomethingElse_IsAGapWithItsReason()
    {
        var result = run.Ordinary.Single(r => r.Variant == "differs");
        Assert.Empty(result.SamplesMs);
        Assert.Contains("one thing", result.Gap);
    }

    /// <summary>One run that the tests look at.</summary>
    public sealed class Finished : IDisposable
    {
        readonly TempFolder _folder = new();
        readonly StringWriter _screen = new();

        public Finished()
        {
            var options = RunOptions.Parse(["--quick"]);
            var machine = new MachineInfo { CpuModel = "Test", Cores = 2, Os = "Linux", Runtime = ".NET 10" };
            using var run = new BenchmarkRun(options, new(machine, _folder.File("results"), Plots: null, _folder.File("artifacts"), HostBinariesToolchain.Instance, _screen));
            var clock = Stopwatch.StartNew();
            Code = run.Run([typeof(ChildBenchmarks), typeof(OrdinaryChildBenchmarks)]);
            WallMs = clock.Elapsed.TotalMilliseconds;
            ILookup<string, RunResult> stored = ResultStore.Read(Directory.GetDirectories(_folder.File("results")).Single()).Results.ToLookup(r => r.Suite);
            (Stored, Ordinary) = ([.. stored["Child"]], [.. stored["OrdinaryChild"]]);
        }

        internal ExitCode Code { get; }

        internal IReadOnlyList<RunResult> Stored { get; }

        internal IReadOnlyList<RunResult> Ordinary { get; }

        internal double WallMs { get; }

        internal string Screen => _screen.ToString();

        public void Dispose()
        {
            _screen.Dispose();
            _folder.Dispose();
        }
    }
}
