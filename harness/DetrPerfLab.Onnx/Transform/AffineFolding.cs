namespace DetrPerfLab.Onnx;

/// <summary>Folds affine operators behind a convolution, and behind its activation, into the convolution's weights.</summary>
static class AffineFolding
{
    /// <summary>
    /// Folds what follows a convolution and is affine in each channel: <c>BatchNormalization</c>, and <c>Mul</c>, <c>Add</c>, <c>Sub</c> and <c>Div</c> with
    /// constants (the shape in which frozen batch norm is exported). Convolutions whose output something else reads stay.
    /// </summary>
    internal static void BehindConvolution(GraphEditor editor)
    {
        foreach (var conv in editor.Graph.Node.Where(n => n.OpType == "Conv" && n.IsStandard()).ToList())
        {
            while (editor.Index.OnlyConsumer(conv.Output[0]) is { } next && ConvWeights.Read(editor.Index, conv) is { } weights
                && ChannelAffine.Read(editor.Index, next, conv.Output[0], weights.Channels) is { } affine)
            {
                weights.Apply(affine, editor, conv);
                editor.Absorb(conv, next);
            }
        }
    }

    /// <summary>Folds the scalar affine layer that some backbones put after ReLU: <c>s * relu(conv(x)) + b</c>, s above 0, into convolution and clip.</summary>
    /// <remarks>
    /// s relu(y) = relu(s y), so s moves into the weights; with b not above 0, relu(z) + b = max(z + b, b), a convolution with its bias raised by b followed by
    /// Clip(min = b). Quantised, the clip falls together with saturation and vanishes: two operators a layer fewer. HGNetV2's LearnableAffineBlock is such a layer.
    /// </remarks>
    internal static void BehindRelu(GraphEditor editor)
    {
        foreach (var relu in editor.Graph.Node.Where(n => n.OpType == "Relu" && n.IsStandard()).ToList())
        {
            if (editor.Index.Producer(relu.Input[0]) is not { OpType: "Conv" } conv || editor.Index.OnlyConsumer(conv.Output[0]) is null
                || ConvWeights.Read(editor.Index, conv) is null) { continue; }
            if (Scalar(editor.Index, relu, "Mul") is ({ } mul, > 0 and var scale)) { Fold(mul, scale, 0); }
            if (Scalar(editor.Index, relu, "Add") is not ({ } add, <= 0 and var shift)) { continue; }
            Fold(add, 1, shift);
            if (shift == 0) { continue; }
            relu.OpType = "Clip";
            relu.Input.Add(editor.AddConstant<float>(relu.Name + ".min", [], [shift]));

            void Fold(NodeProto next, float scale, float shift)
            {
                var weights = ConvWeights.Read(editor.Index, conv)!;
                weights.Apply(ChannelAffine.Uniform(weights.Channels, scale, shift), editor, conv);
                editor.Absorb(relu, next);
            }
        }
    }

    static (NodeProto?, float) Scalar(GraphIndex index, NodeProto node, string opType)
    {
        if (index.OnlyConsumer(node.Output[0]) is not { Input: [var left, var right] } next || left == right) { return default; }
        if (next.OpType != opType || !next.IsStandard()) { return default; }
        return index.Constant(left == node.Output[0] ? right : left) is { } tensor && tensor.IsFloat()
            && tensor.ElementCount() == 1 && tensor.Dims.Count <= 4 && tensor.ToFloats()[0] is var value && float.IsFinite(value) ? (next, value) : default;
    }
}

/// <summary>y = Scale[c] * x + Shift[c].</summary>
sealed record ChannelAffine(float[] Scale, float[] Shift)
{
    internal static ChannelAffine Uniform(int channels, float scale, float shift) => new(Filled(channels, scale), Filled(channels, shift));

    /// <summary>Reads a node that maps <paramref name="value"/> [N, channels, …] to itself times and plus constants of each channel; else null.</summary>
    internal static ChannelAffine? Read(GraphIndex index, NodeProto node, string value, int channels)
    {
        if (!node.IsStandard()) { return null; }
        if (node.OpType == "BatchNormalization") { return BatchNorm(index, node, value, channels); }
        if (node.Input is not [var left, var right] || left == right) { return null; }
        var first = left == value;
        if (index.Constant(first ? right : left) is not { } tensor || PerChannel(tensor, channels) is not { } constant) { return null; }
        var identity = Uniform(channels, 1, 0);
        var affine = node.OpType switch
        {
            "Mul" => identity with { Scale = constant },
            "Div" when first => identity with { Scale = [.. constant.Select(c => 1 / c)] },
            "Add" => identity with { Shift = constant },
            "Sub" when first => identity with { Shift = [.. constant.Select(c => -c)] },
            "Sub" => new(Filled(channels, -1), constant),
            _ => null,
        };
        return affine is not null && affine.Scale.Concat(affine.Shift).All(float.IsFinite) ? affine : null;
    }

    static ChannelAffine? BatchNorm(GraphIndex index, NodeProto node, string value, int channels)
    {
        var constants = node.Input.Skip(1).Select(i => index.Constant(i)?.ToFloats()).ToList();
        if (node.Input.Count != 5 || node.Input[0] != value || node.GetInt("training_mode", 0) != 0 || node.Output.Skip(1).Any(o => o.Length > 0)
            || constants is not [{ } scale, { } shift, { } mean, { } variance] || constants.Any(c => c!.Length != channels)) { return null; }
        var epsilon = node.GetFloat("epsilon", 1e-5f);
        // In double: the two roundings of a fold should not add to those of the format.
        double[] factors = [.. scale.Select((s, c) => s / Math.Sqrt((double)variance[c] + epsilon))];
        return new([.. factors.Select(f => (float)f)], [.. factors.Select((f, c) => (float)(shift[c] - (f * mean[c])))]);
    }

    /// <summary>A scalar, or [C], [C,1,1], [1,C,1,1] against [N, C, …]; null for other shapes.</summary>
    static float[]? PerChannel(TensorProto tensor, int channels)
    {
        if (!tensor.IsFloat() || tensor.Dims.Count > 4) { return null; }
        if (tensor.ElementCount() == 1) { return Filled(channels, tensor.ToFloats()[0]); }
        return tensor.Dims is [.., var c, 1, 1] && c == channels && tensor.ElementCount() == channels ? tensor.ToFloats() : null;
    }

    static float[] Filled(int count, float value) => [.. Enumerable.Repeat(value, count)];
}
