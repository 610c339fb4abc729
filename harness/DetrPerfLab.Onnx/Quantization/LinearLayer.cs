namespace DetrPerfLab.Onnx;

/// <summary>A MatMul or Gemm with constant weights, in one form: y = x W + bias, with W row-major [Rows, Columns] and bias [Columns] or null.</summary>
/// <remarks>Gemm's alpha, beta and transB are worked in. BiasAdd is the Add that follows a MatMul with the bias; null for a Gemm.</remarks>
sealed record LinearLayer(NodeProto Node, string WeightName, float[] Weight, int Rows, int Columns, float[]? Bias, NodeProto? BiasAdd)
{
    internal string Input => Node.Input[0];
    internal bool TransposeInput => Node.OpType == "Gemm" && Node.GetInt("transA", 0) != 0;
    internal string Output => (BiasAdd ?? Node).Output[0];

    /// <summary>Null, with the reason, where the node is of another form.</summary>
    internal static LinearLayer? Read(GraphIndex index, NodeProto node, out string reason)
    {
        reason = "its second operand is no float32 constant matrix";
        if (node.Input.Count < 2 || index.Constant(node.Input[1]) is not { Dims.Count: 2 } tensor || !tensor.IsFloat() || tensor.ElementCount() == 0) { return null; }
        if (index.Constant(node.Input[0]) is not null)
        {
            reason = "both operands are constants";
            return null;
        }

        var (rows, columns) = ((int)tensor.Dims[0], (int)tensor.Dims[1]);
        if (node.OpType == "MatMul")
        {
            var (add, addBias) = FollowingBias(index, node, columns);
            return new(node, tensor.Name, tensor.ToFloats(), rows, columns, addBias, add);
        }

        var transposed = node.GetInt("transB", 0) != 0;
        var bias = node.Has(2) ? GemmBias(index, node, transposed ? rows : columns) : null;
        if (bias is null && node.Has(2))
        {
            reason = "its bias is not a constant with one value a column";
            return null;
        }

        var weight = Scaled(tensor.ToFloats(), node.GetFloat("alpha", 1));
        return transposed
            ? new(node, tensor.Name, OnnxTensors.Transpose(weight, rows, columns), columns, rows, bias, null)
            : new(node, tensor.Name, weight, rows, columns, bias, null);
    }

    static (NodeProto?, float[]?) FollowingBias(GraphIndex index, NodeProto node, int columns)
    {
        if (index.OnlyConsumer(node.Output[0]) is not { OpType: "Add", Input: [var left, var right] } add || !add.IsStandard() || left == right) { return default; }
        // ONNX Runtime takes no bias of a single element, lest it be a broadcast scalar.
        return columns > 1 && index.Constant(left == node.Output[0] ? right : left) is { } tensor && IsRow(tensor, columns) ? (add, tensor.ToFloats()) : default;
    }

    static float[]? GemmBias(GraphIndex index, NodeProto gemm, int columns)
    {
        if (index.Constant(gemm.Input[2]) is not { } tensor) { return null; }
        var beta = gemm.GetFloat("beta", 1);
        if (IsRow(tensor, columns)) { return Scaled(tensor.ToFloats(), beta); }
        return tensor.IsFloat() && tensor.ElementCount() == 1 ? [.. Enumerable.Repeat(tensor.ToFloats()[0] * beta, columns)] : null;
    }

    static bool IsRow(TensorProto tensor, int columns) => tensor.IsFloat() && tensor.Dims is [.., var last] && last == columns && tensor.ElementCount() == columns;

    static float[] Scaled(float[] values, float factor) => factor == 1 ? values : [.. values.Select(v => v * factor)];
}
