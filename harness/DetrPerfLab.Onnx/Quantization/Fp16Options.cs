namespace DetrPerfLab.Onnx;

/// <summary>What stays float32 when a model becomes float16. Written into the file's metadata.</summary>
public sealed record Fp16Options
{
    /// <summary>Operators that stay: sums over many values, exponentials and the sines of position encodings lose too much, and order decides in TopK.</summary>
    public IReadOnlyList<string> KeepOperators { get; init; } =
    [
        "Softmax", "LogSoftmax", "LayerNormalization", "InstanceNormalization", "GroupNormalization", "BatchNormalization", "LpNormalization",
        "ReduceMean", "ReduceSum", "ReduceSumSquare", "ReduceL2", "Pow", "Sqrt", "Reciprocal", "Exp", "Log", "Sin", "Cos", "CumSum", "Range", "TopK", "NonMaxSuppression",
    ];

    /// <summary>Regular expressions over node names, without regard to case. The default keeps position encodings, box heads and post-processing.</summary>
    public IReadOnlyList<string> KeepNames { get; init; } = [@"(^|[./_])(pos|position|query_pos)", "bbox|box_embed|box_head|integral|anchor|reference|post_?process"];
}
