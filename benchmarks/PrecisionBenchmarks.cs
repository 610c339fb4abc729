namespace DetrPerfLab.Benchmarks;

/// <summary>Which precision, in each engine that has it.</summary>
public class PrecisionBenchmarks : ForwardBenchmarks
{
    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        new("torch-fp32"), new("torch-fp32-tuned"), new("torch-bf16"), new("torch-int8-dynamic"), new("torchscript-fp32"), new("torch-fp32-fused"), new("torch-bf16-fused"), new("torch-int8-static"),
        new("ort-fp32"), new("ort-fp16"), new("ort-fp16-weights"), new("ort-int8-dynamic"), new("ort-int8-static-all"), new("ort-int8-static"), new("ort-int8-static-fused"),
        .. VariantRegistry.OnGpu.Select(variant => new SuiteCase(variant)),
    ];

    private protected override bool Profiled => true;

    public override RunResult Explain(SuiteCase row, RunResult result, MachineInfo machine) => VariantCase.TryExplain(base.Explain(row, result, machine), Miniature.StandIn);

    private protected override VariantCase CaseOf(SuiteCase row) => BenchmarkModel.CaseOf(row, BenchmarkModel.DefaultSize);
}
