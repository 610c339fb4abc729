namespace DetrPerfLab.Onnx;

/// <summary>A MatMul or Gemm with constant weights, in one form: y = x W + bias.</summary>
/// <param name="Node">The MatMul or Gemm.</param>
/// <param name="Input">x, before <paramref name="TransposeInput"/>.</param>
/// <param name="WeightName">The constant that W comes from.</param>
/// <param name="Weight">W, row-major [Rows, Columns], Gemm's alpha and transB worked in.</param>
/// <param name="Rows">Length of the sum.</param>
/// <param name="Columns">Output channels.</param>
/// <param name="Bias">[Columns], Gemm's beta worked in; null where there is none.</param>
/// <param name="BiasAdd">The Add that follows a MatMul with the bias; null for a Gemm or where there is none.</param>
/// <param name="TransposeInput">Gemm's transA.</param>
sealed record LinearLayer(
    NodeProto Node, string Input, string WeightName, float[] Weight, int Rows, int Columns, float[]? Bias, NodeProto? BiasAdd, bool TransposeInput)
{
    /// <summary>The value that the layer gives, bias included.</summary>
    internal string Output => (BiasAdd ?? Node).Output[0];

    /// <summary>Null, with the reason, where the node is of another form.</summary>
    internal static LinearLayer? Read(GraphIndex index, NodeProto node, out string reason)
    {
        reason = "its second operand is no float32 constant matrix";
        if (node.Input.Count < 2 || index.Constant(node.Input[1]) is not { } tensor || tensor.Type() != TensorProto.Types.DataType.Float || tensor.Dims.Count != 2
            || tensor.ElementCount() == 0) { return null; }
        if (index.Constant(node.Input[0]) is not null)
        {
            reason = "both operands are constants";
            return null;
        }

        var (rows, columns) = ((int)tensor.Dims[0], (int)tensor.Dims[1]);
        if (node.OpType == "MatMul")
        {
            var (add, addBias) = FollowingBias(index, node, columns);
            return new(node, node.Input[0], tensor.Name, tensor.ToFloats(), rows, columns, addBias, add, false);
        }

        var bias = GemmBias(index, node, node.GetInt("transB", 0) != 0 ? rows : columns, out var usable);
        if (!usable)
        {
            reason = "its bias is not a constant with one value a column";
            return null;
        }

        var weight = Scaled(tensor.ToFloats(), node.GetFloat("alpha", 1));
        if (node.GetInt("transB", 0) != 0) { (weight, rows, columns) = (Transposed(weight, rows, columns), columns, rows); }
        return new(node, node.Input[0], tensor.Name, weight, rows, columns, bias, null, node.GetInt("transA", 0) != 0);
    }

    static (NodeProto?, float[]?) FollowingBias(GraphIndex index, NodeProto node, int columns)
    {
        if (index.OnlyConsumer(node.Output[0]) is not { OpType: "Add", Domain: "" or "ai.onnx", Input: [var left, var right] } add || left == right) { return default; }
        // ONNX Runtime takes no bias of a single element, lest it be a broadcast scalar.
        return columns > 1 && index.Constant(left == node.Output[0] ? right : left) is { } tensor && IsRow(tensor, columns) ? (add, tensor.ToFloats()) : default;
    }

    static float[]? GemmBias(GraphIndex index, NodeProto gemm, int columns, out bool usable)
    {
        usable = true;
        if (gemm.Input.Count < 3 || gemm.Input[2].Length == 0) { return null; }
        if (index.Constant(gemm.Input[2]) is { } tensor)
        {
            if (IsRow(tensor, columns)) { return Scaled(tensor.ToFloats(), gemm.GetFloat("beta", 1)); }
            if (tensor.Type() == TensorProto.Types.DataType.Float && tensor.ElementCount() == 1)
            {
                var row = new float[columns];
                row.AsSpan().Fill(tensor.ToFloats()[0] * gemm.GetFloat("beta", 1));
                return row;
            }
        }

        usable = false;
        return null;
    }

    static bool IsRow(TensorProto tensor, int columns) => tensor.Type() == TensorProto.Types.DataType.Float
        && tensor.Dims.Count > 0 && tensor.Dims[^1] == columns && tensor.ElementCount() == columns;

    static float[] Scaled(float[] values, float factor) => factor == 1 ? values : [.. values.Select(v => v * factor)];

    static float[] Transposed(float[] values, int rows, int columns)
    {
        var result = new float[values.Length];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++) { result[(c * rows) + r] = values[(r * columns) + c]; }
        }

        return result;
    }
}
