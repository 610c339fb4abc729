using DetrPerfLab.Benchmarks;
using DetrPerfLab.Benchmarks.Infrastructure;

namespace DetrPerfLab.EngineTests.Benchmarks;

public class SuiteRowTests
{
    /// <summary>Rows that need no model: each is opened, which compares its fast path with the plain one, and runs.</summary>
    public static TheoryData<string, string> Rows =>
        [.. new SuiteBenchmarks[] { new PreprocessBenchmarks(), new PostprocessBenchmarks() }
            .SelectMany(suite => suite.Cases.Select(row => (suite.GetType().Name, row.ToString())))];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Open_RowWithoutModel_Runs(string suite, string row)
    {
        SuiteBenchmarks benchmarks = suite == nameof(PreprocessBenchmarks) ? new PreprocessBenchmarks() : new PostprocessBenchmarks();
        using var work = benchmarks.Open(benchmarks.Cases.Single(c => c.ToString() == row));
        work.Operation.Run();
    }

    /// <summary>The fused and vectorised paths allocate nothing once warm; what decodes a file may.</summary>
    [Theory]
    [InlineData("fused", "Stage", "resize and normalise")]
    [InlineData("fused, all threads", "Stage", "resize and normalise")]
    [InlineData("vectorised", "Queries", "100")]
    [InlineData("vectorised, NMS", "Queries", "900")]
    public void Run_FastPath_AllocatesNothing(string variant, string parameter, string value)
    {
        SuiteBenchmarks suite = parameter == "Stage" ? new PreprocessBenchmarks() : new PostprocessBenchmarks();
        using var work = suite.Open(suite.Cases.Single(c => c.Variant == variant && c[parameter] == value));
        for (var i = 0; i < 3; i++) { work.Operation.Run(); }
        var before = GC.GetAllocatedBytesForCurrentThread();
        work.Operation.Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Info_OfWatchedSamples_CountsEachGenerationOnce()
    {
        var watch = new GcWatch();
        watch.Start();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        watch.Stop(operations: 1);
        // The runtime may take the second for one of generation 1.
        Assert.True(watch.Info is { Gen2: >= 1, Operations: 1, TotalPauseMs: > 0 } info && info.Gen0 + info.Gen1 >= 1, watch.Info.ToString());
    }

    [Fact]
    public void ToString_OfARow_IsPartOfTheId() =>
        Assert.Equal("ThreadBenchmarks.Forward(Variant: ort-fp32, Threads: 2)", ResultJoin.IdOf(typeof(ThreadBenchmarks), "Forward", new("ort-fp32", ("Threads", "2"))));

    [Fact]
    public void Counts_OfThreads_EndAtTwiceTheCores() => Assert.Equal(2 * Environment.ProcessorCount, ThreadBenchmarks.Counts.Last());
}
