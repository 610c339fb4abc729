using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

public class PeakProbeTests
{
    [Fact]
    public void Run_Kernel_IsTheProduct()
    {
        var random = new DeterministicRandom(1);
        var (rows, columns, depth) = (GemmKernel.Rows, GemmKernel.Columns, GemmKernel.Depth);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(9) - 4f)]; // small whole numbers: every sum is exact
        var (a, b, c) = (Values(depth * rows), Values(depth * columns), Values(rows * columns));
        var expected = (float[])c.Clone();
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                for (var k = 0; k < depth; k++) { expected[(i * columns) + j] += a[(k * rows) + i] * b[(k * columns) + j]; }
            }
        }

        GemmKernel.Run(a, b, c);

        Assert.Equal(expected, c);
    }

    [Fact]
    public void RateOf_ThreadsThatRanOneAfterTheOther_CountsTheWholeTime()
    {
        static PeakProbe.ThreadTrial Trial(double startMs, double endMs) =>
            new((long)(startMs * Stopwatch.Frequency / 1000), (long)(endMs * Stopwatch.Frequency / 1000), Work: 100);

        Assert.Equal(20_000, PeakProbe.RateOf([Trial(0, 10), Trial(0, 10)]), 1); // 200 in 10 ms
        Assert.Equal(10_000, PeakProbe.RateOf([Trial(0, 10), Trial(10, 20)]), 1); // each alone was as fast, both together were not
        Assert.Equal(20_000, PeakProbe.RateOf([Trial(2, 9), Trial(0, 10)]), 1);
    }

    [Fact]
    public void Attain_ScriptedOperation_TakesTheBestTrial()
    {
        var clock = new FakeTimeProvider();
        var peak = PeakProbe.Attain(new ScriptedOperation(clock, run => run == 3 ? 10 : 25), operationsARun: 4e9, "int8", "test", clock);

        Assert.Equal(400, peak.GflopsPerSecond, 1e-6); // 4e9 operations in 10 ms
        Assert.Equal(("int8", "test"), (peak.Precision, peak.How));
    }

    [Fact]
    public void WithPeaks_SecondTime_ComesFromTheCache()
    {
        using var folder = new TempFolder();
        var machine = new MachineInfo { CpuModel = "test", Cores = 2, Os = "test", Runtime = "test" };
        var asked = 0;
        IEnumerable<PeakInfo> More(int threads)
        {
            asked++;
            return [new("int8", 1000 * threads, "engine")];
        }

        var first = PeakProbe.WithPeaks(machine, folder.Path, More, new Counters(othersSeconds: 0));
        var second = PeakProbe.WithPeaks(machine, folder.Path, More, new Counters(othersSeconds: 0));

        Assert.Equal(2, asked);
        Assert.Equal(first.Peaks, second.Peaks);
        Assert.Equal([("fp32", 1), ("int8", 1), ("fp32", 2), ("int8", 2)], second.Peaks.Select(p => (p.Precision, p.Threads!.Value)));
        Assert.All(second.Peaks, p => Assert.True(p.GflopsPerSecond > 0));
        Assert.True(second.MemoryGbPerSecond > 0);

        AtomicFile.WriteText(folder.File($"peak-{machine.Fingerprint}.json"), "{");
        Assert.NotEmpty(PeakProbe.WithPeaks(machine, folder.Path).Peaks); // a damaged cache is measured anew
    }

    [Fact]
    public void WithPeaks_CacheOfAnOlderBuild_IsMeasuredAnewWithThreads()
    {
        using var folder = new TempFolder();
        var machine = new MachineInfo { CpuModel = "test", Cores = 1, Os = "test", Runtime = "test" };
        AtomicFile.WriteText(folder.File($"peak-{machine.Fingerprint}.json"), """{ "peaks": [{ "precision": "fp32", "gflopsPerSecond": 1e9 }], "memoryGbPerSecond": 1 }""");

        Assert.Equal(1, Assert.Single(PeakProbe.WithPeaks(machine, folder.Path).Peaks).Threads);
    }

    [Fact]
    public void WithPeaks_BusyMachine_IsNotKept()
    {
        using var folder = new TempFolder();
        var machine = new MachineInfo { CpuModel = "test", Cores = 1, Os = "test", Runtime = "test" };

        Assert.NotEmpty(PeakProbe.WithPeaks(machine, folder.Path, counters: new Counters(othersSeconds: 0.5)).Peaks);
        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }

    /// <summary>Each reading is a second of one core later, of which others had so much.</summary>
    sealed class Counters(double othersSeconds) : ICounterSource
    {
        int _reads;

        public CounterReading Read()
        {
            var now = _reads++;
            return new(now, CoreSeconds: now, IdleSeconds: 0, StealSeconds: 0, OwnSeconds: now * (1 - othersSeconds), InvoluntarySwitches: 0, YardstickMs: 1);
        }
    }
}
