using DetrPerfLab.Benchmarks.Infrastructure;

namespace DetrPerfLab.Benchmarks;

/// <summary>Which precision, in each engine that has it.</summary>
public class PrecisionBenchmarks : VariantBenchmarks
{
    protected override IReadOnlyList<string> VariantNames =>
    [
        "torch-fp32", "torch-bf16", "torch-int8-dynamic", "torchscript-fp32",
        "ort-fp32", "ort-fp16", "ort-int8-dynamic", "ort-int8-static-all", "ort-int8-static",
    ];
}
