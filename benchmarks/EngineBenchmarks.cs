using DetrPerfLab.Benchmarks.Infrastructure;

namespace DetrPerfLab.Benchmarks;

/// <summary>Which engine, in FP32: eager, traced, ONNX Runtime at each level of graph optimisation.</summary>
public class EngineBenchmarks : VariantBenchmarks
{
    protected override IReadOnlyList<string> VariantNames =>
    [
        "torch-naive", "torch-fp32", "torch-fp32-channels-last", "torchscript-fp32",
        "ort-fp32-disabled", "ort-fp32-basic", "ort-fp32-extended", "ort-fp32",
    ];
}
