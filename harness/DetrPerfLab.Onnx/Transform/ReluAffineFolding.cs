namespace DetrPerfLab.Onnx;

/// <summary>Folds the scalar affine layer that some backbones put after an activation: <c>s * relu(conv(x)) + b</c>, s above 0, into convolution and clip.</summary>
/// <remarks>
/// s relu(y) = relu(s y), so s moves into the weights; with b not above 0, relu(z) + b = max(z + b, b), a convolution with its bias raised by b followed by
/// Clip(min = b). Quantised, the clip falls together with saturation and vanishes: two operators a layer fewer. HGNetV2's LearnableAffineBlock is such a layer.
/// </remarks>
static class ReluAffineFolding
{
    /// <summary>Runs the pass.</summary>
    public static void Run(GraphEditor editor)
    {
        foreach (var relu in editor.Graph.Node.Where(n => n is { OpType: "Relu", Domain: "" or "ai.onnx" }).ToList())
        {
            if (editor.Index.Producer(relu.Input[0]) is not { OpType: "Conv" } conv || editor.Index.OnlyConsumer(conv.Output[0]) is null
                || ConvWeights.Read(editor.Index, conv) is null) { continue; }
            FoldScale(editor, conv, relu);
            FoldShift(editor, conv, relu);
        }
    }

    static void FoldScale(GraphEditor editor, NodeProto conv, NodeProto relu)
    {
        if (Scalar(editor, relu, "Mul") is not ({ } mul, > 0 and var scale)) { return; }
        Adjust(editor, conv, scale, 0);
        Drop(editor, relu, mul);
    }

    static void FoldShift(GraphEditor editor, NodeProto conv, NodeProto relu)
    {
        if (Scalar(editor, relu, "Add") is not ({ } add, <= 0 and var shift)) { return; }
        Adjust(editor, conv, 1, shift);
        Drop(editor, relu, add);
        if (shift == 0) { return; }
        relu.OpType = "Clip";
        relu.Input.Add(editor.AddConstant<float>(relu.Name + ".min", [], [shift]));
        editor.Changed();
    }

    static (NodeProto?, float) Scalar(GraphEditor editor, NodeProto node, string opType)
    {
        var index = editor.Index;
        if (index.OnlyConsumer(node.Output[0]) is not { Input: [var left, var right], Domain: "" or "ai.onnx" } next || next.OpType != opType || left == right) { return default; }
        return index.Constant(left == node.Output[0] ? right : left) is { } tensor && tensor.Type() == TensorProto.Types.DataType.Float
            && tensor.ElementCount() == 1 && tensor.Dims.Count <= 4 && tensor.ToFloats()[0] is var value && float.IsFinite(value) ? (next, value) : default;
    }

    static void Adjust(GraphEditor editor, NodeProto conv, float scale, float shift)
    {
        var weights = ConvWeights.Read(editor.Index, conv)!;
        var (scales, shifts) = (new float[weights.Channels], new float[weights.Channels]);
        scales.AsSpan().Fill(scale);
        shifts.AsSpan().Fill(shift);
        weights.Scale(scales, shifts);
        weights.Write(editor, conv);
    }

    static void Drop(GraphEditor editor, NodeProto relu, NodeProto next)
    {
        var result = next.Output[0];
        editor.Remove(next);
        relu.Output[0] = result;
        editor.Changed();
    }
}
