namespace DetrPerfLab.Benchmarks;

/// <summary>Which engine, in FP32: eager, TorchScript, oneDNN's fused operators, ONNX Runtime at each level of graph optimisation.</summary>
public class EngineBenchmarks : ForwardBenchmarks
{
    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        new("torch-naive"), new("torch-fp32"), new("torch-fp32-tuned"), new("torch-fp32-channels-last") { FullOnly = true },
        new("torchscript-fp32"), new("torch-fp32-fused"),
        new("ort-fp32-disabled"), new("ort-fp32-basic") { FullOnly = true }, new("ort-fp32-extended") { FullOnly = true }, new("ort-fp32"), new("ort-fp32-fused"),
    ];

    private protected override bool Profiled => true;

    private protected override VariantCase CaseOf(SuiteCase row) => BenchmarkModel.CaseOf(row, BenchmarkModel.DefaultSize);
}
