namespace DetrPerfLab.Benchmarks;

/// <summary>Each best step on top of the last, from a line-by-line port to the fastest accepted variant; a photograph's file in, detections out.</summary>
/// <remarks>The first step is measured again at the end: the product of the steps must equal the whole within the noise.</remarks>
public class StackedBenchmarks : WorkBenchmarks
{
    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        new("torch-naive", ("Step", "1 eager, line by line")),
        new("torch-fp32", ("Step", "2 inference mode")),
        new("torch-fp32", ("Step", "2.1 freed memory kept")),
        new("torch-fp32-channels-last", ("Step", "2.2 channels innermost")),
        new("torchscript-fp32", ("Step", "2.3 static graph")),
        new("torch-fp32-fused", ("Step", "2.4 fused operators")),
        new("ort-fp32", ("Step", "4 ONNX Runtime")),
        new("ort-int8-static", ("Step", "5 calibrated INT8")),
        new("ort-int8-static", ("Step", "6 fused image path")),
        new("torch-naive", ("Step", "7 first step again")) { Repeated = true },
    ];

    static VariantCase ModelOf(SuiteCase row) => BenchmarkModel.CaseOf(row, BenchmarkModel.DefaultSize);

    public override void Prepare(SuiteCase row, Action<string, long, long> progress) => BenchmarkModel.Prepare(ModelOf(row), progress);

    internal override CaseWork Open(SuiteCase row)
    {
        BenchmarkModel.RequireDetr();
        if (row["Step"]!.StartsWith("2.", StringComparison.Ordinal)) { NativeAllocator.KeepFreedMemory(); } // ONNX Runtime, from 4 on, has an arena of its own
        var open = (ModelOf(row) with { Audit = Audit }).Open();
        var fused = row["Step"]!.StartsWith('6');
        var preprocess = PreprocessOptions.Detr with { Threads = fused ? Environment.ProcessorCount : 1 };
        return open.Work(new PipelineOperation(open.Engine, PipelineOperation.CocoSize, preprocess) { Plain = !fused, KeepBuffers = fused }) with { MemoryOperations = MemoryOperations };
    }
}
