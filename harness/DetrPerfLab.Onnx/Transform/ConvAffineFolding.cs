namespace DetrPerfLab.Onnx;

/// <summary>
/// Folds what follows a convolution and is affine in each channel into its weights: <c>BatchNormalization</c>, and <c>Mul</c>, <c>Add</c>, <c>Sub</c>
/// and <c>Div</c> with constants (the shape in which frozen batch norm is exported).
/// </summary>
static class ConvAffineFolding
{
    /// <summary>Runs the pass; convolutions whose output something else reads stay.</summary>
    public static void Run(GraphEditor editor)
    {
        foreach (var conv in editor.Graph.Node.Where(n => n is { OpType: "Conv", Domain: "" or "ai.onnx" }).ToList())
        {
            while (editor.Index.OnlyConsumer(conv.Output[0]) is { } next && TryFold(editor, conv, next)) { }
        }
    }

    static bool TryFold(GraphEditor editor, NodeProto conv, NodeProto next)
    {
        var index = editor.Index;
        if (ConvWeights.Read(index, conv) is not { } weights || ChannelAffine.Read(index, next, conv.Output[0], weights.Channels) is not { } affine) { return false; }
        weights.Scale(affine.Scale, affine.Shift);
        weights.Write(editor, conv);
        var result = next.Output[0];
        editor.Remove(next);
        conv.Output[0] = result;
        editor.Changed();
        return true;
    }
}

/// <summary>y = Scale[c] * x + Shift[c].</summary>
/// <param name="Scale">One a channel.</param>
/// <param name="Shift">One a channel.</param>
sealed record ChannelAffine(float[] Scale, float[] Shift)
{
    /// <summary>Reads a node that maps <paramref name="value"/> [N, channels, …] to itself times and plus constants of each channel; null where it does not.</summary>
    internal static ChannelAffine? Read(GraphIndex index, NodeProto node, string value, int channels)
    {
        if (node.Domain is not ("" or "ai.onnx")) { return null; }
        if (node.OpType == "BatchNormalization") { return BatchNorm(index, node, value, channels); }
        if (node.Input is not [var left, var right] || left == right) { return null; }
        var first = left == value;
        if (index.Constant(first ? right : left) is not { } tensor || PerChannel(tensor, channels) is not { } constant) { return null; }
        var (ones, zeros) = (Filled(channels, 1), new float[channels]);
        ChannelAffine? affine = node.OpType switch
        {
            "Mul" => new(constant, zeros),
            "Div" when first => new([.. constant.Select(c => 1 / c)], zeros),
            "Add" => new(ones, constant),
            "Sub" when first => new(ones, [.. constant.Select(c => -c)]),
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
        var a = new double[channels];
        for (var c = 0; c < channels; c++) { a[c] = scale[c] / Math.Sqrt((double)variance[c] + epsilon); }
        return new([.. a.Select(v => (float)v)], [.. a.Select((v, c) => (float)(shift[c] - (v * mean[c])))]);
    }

    /// <summary>A scalar, or [C], [C,1,1], [1,C,1,1] against [N, C, …]; null for other shapes.</summary>
    static float[]? PerChannel(TensorProto tensor, int channels)
    {
        if (tensor.Type() != TensorProto.Types.DataType.Float || tensor.Dims.Count > 4) { return null; }
        if (tensor.ElementCount() == 1) { return Filled(channels, tensor.ToFloats()[0]); }
        var perChannel = tensor.Dims.Count >= 3 && tensor.Dims[^1] == 1 && tensor.Dims[^2] == 1 && tensor.Dims[^3] == channels
            && tensor.Dims.Take(tensor.Dims.Count - 3).All(d => d == 1);
        return perChannel ? tensor.ToFloats() : null;
    }

    static float[] Filled(int count, float value)
    {
        var array = new float[count];
        array.AsSpan().Fill(value);
        return array;
    }
}
