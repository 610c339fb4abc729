using DetrPerfLab.Engines;

namespace DetrPerfLab.EngineTests.Variants;

public class VariantPeakTests
{
    [Theory]
    [InlineData("torch-naive", "fp32")]
    [InlineData("ort-fp32-extended", "fp32")]
    [InlineData("ort-fp16", "fp32")]
    [InlineData("torch-bf16", "fp32")]
    [InlineData("ort-int8-static-all", "int8")]
    [InlineData("torch-int8-dynamic", "int8")]
    public void PeakOf_ProbedMachine_IsThatOfThePrecision(string variant, string precision) =>
        Assert.Equal(precision, VariantPeak.PeakOf(variant, Machine("fp32", "int8"))!.Precision);

    [Fact]
    public void PeakOf_MachineWithABf16Peak_TakesIt() => Assert.Equal("bf16", VariantPeak.PeakOf("torch-bf16", Machine("fp32", "bf16"))!.Precision);

    [Fact]
    public void PeakOf_Bf16OnAProcessorThatHasIt_IsNotTheOneOfFp32() =>
        Assert.Null(VariantPeak.PeakOf("torch-bf16", Machine("fp32") with { Isa = ["avx512_bf16"] }));

    [Fact]
    public void PeakOf_NotProbed_IsAbsentAndNeverGuessed()
    {
        Assert.Null(VariantPeak.PeakOf("ort-fp32", Machine()));
        Assert.Null(VariantPeak.PeakOf("ort-int8-static", Machine("fp32")));
    }

    static MachineInfo Machine(params string[] precisions) =>
        new() { CpuModel = "test", Cores = 1, Os = "test", Runtime = "test", Peaks = [.. precisions.Select(p => new PeakInfo(p, 100))] };
}
