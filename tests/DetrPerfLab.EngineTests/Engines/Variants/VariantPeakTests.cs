namespace DetrPerfLab.EngineTests.Engines;

public class VariantPeakTests
{
    // One and four threads scale in float, less so in 8 bits, as it is where memory is the limit.
    static readonly MachineInfo s_machine = Machine([new("fp32", 100) { Threads = 1 }, new("fp32", 400) { Threads = 4 }, new("int8", 300) { Threads = 1 }, new("int8", 900) { Threads = 4 }]);

    [Theory]
    [InlineData("torch-naive", 1, 100)]
    [InlineData("ort-fp32-extended", 4, 400)]
    [InlineData("ort-fp16", 2, 200)] // on the line between one and four
    [InlineData("torch-bf16", 8, 400)] // more threads than cores do no more work
    public void PeakOf_Float_IsThatOfTheThreads(string variant, int threads, double gflops)
    {
        var peak = VariantPeak.PeakOf(VariantName.TryParse(variant)!, s_machine, threads, int8Share: 0)!;
        Assert.Equal(("fp32", gflops, Math.Min(4, threads)), (peak.Precision, peak.GflopsPerSecond, peak.Threads));
    }

    [Fact]
    public void PeakOf_OperationsOfBothPrecisions_IsTotalOverTheSumOfIdealTimes()
    {
        // 40 of 100 operations at 300 and 60 at 100 a second: 0.1333 s + 0.6 s.
        var peak = VariantPeak.PeakOf(VariantName.TryParse("ort-int8-dynamic")!, s_machine, threads: 1, int8Share: 0.4)!;

        Assert.Equal(100 / (40 / 300.0 + 60 / 100.0), peak.GflopsPerSecond, 1e-9);
        Assert.Equal(("int8 (40 %) and fp32", 1), (peak.Precision, peak.Threads));
        Assert.Equal(900, VariantPeak.PeakOf(VariantName.TryParse("ort-int8-static-all")!, s_machine, threads: 4, int8Share: 1)!.GflopsPerSecond);
    }

    [Fact]
    public void PeakOf_PeaksOfAnOlderFile_AreThoseOfAllCores()
    {
        var machine = Machine([new("fp32", 400)]);

        Assert.Equal(400, VariantPeak.PeakOf(VariantName.TryParse("ort-fp32")!, machine, threads: 4, 0)!.GflopsPerSecond);
        Assert.Null(VariantPeak.PeakOf(VariantName.TryParse("ort-fp32")!, machine, threads: 1, 0));
    }

    [Fact]
    public void PeakOf_MachineWithABf16Peak_TakesIt() =>
        Assert.Equal("bf16", VariantPeak.PeakOf(VariantName.TryParse("torch-bf16")!, Machine([new("fp32", 100), new("bf16", 200)]), 4, 0)!.Precision);

    [Fact]
    public void PeakOf_Bf16OnAProcessorThatHasIt_IsNotTheOneOfFp32() =>
        Assert.Null(VariantPeak.PeakOf(VariantName.TryParse("torch-bf16")!, s_machine with { Isa = ["avx512_bf16"] }, 4, 0));

    [Fact]
    public void PeakOf_NotProbedOrNotKnown_IsAbsentAndNeverGuessed()
    {
        Assert.Null(VariantPeak.PeakOf(VariantName.TryParse("ort-fp32")!, Machine([]), 4, 0));
        Assert.Null(VariantPeak.PeakOf(VariantName.TryParse("ort-int8-static")!, Machine([new("fp32", 100)]), 4, 0.9));
        Assert.Null(VariantPeak.PeakOf(VariantName.TryParse("ort-int8-static")!, s_machine, 4, int8Share: null));
    }

    static MachineInfo Machine(IReadOnlyList<PeakInfo> peaks) => new() { CpuModel = "test", Cores = 4, Os = "test", Runtime = "test", Peaks = peaks };
}
