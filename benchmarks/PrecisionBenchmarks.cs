using DetrPerfLab.Benchmarks.Infrastructure;

namespace DetrPerfLab.Benchmarks;

/// <summary>Which precision, in each engine that has it.</summary>
public class PrecisionBenchmarks : VariantBenchmarks
{
    protected override IReadOnlyList<string> VariantNames =>
    [
        "torch-fp32", "torch-bf16", "torch-int8-dynamic", "torchscript-fp32", "ort-fp32",
    ];
}
