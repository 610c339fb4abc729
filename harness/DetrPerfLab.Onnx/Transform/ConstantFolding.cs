namespace DetrPerfLab.Onnx;

/// <summary>Computes what exporters leave between a stored weight and the operator that uses it.</summary>
/// <remarks>
/// Only what stands there in practice: Transpose, Reshape, Squeeze, Unsqueeze, Flatten, Cast to float32 and elementwise arithmetic of equal or scalar shapes,
/// on float32 tensors. ONNX Runtime folds the rest itself; here a weight must be visible as a constant to be quantised.
/// </remarks>
static class ConstantFolding
{
    // A fold must never blow a small file up: scalars broadcast into large tensors stay as they are, since only equal or scalar shapes fold.

    /// <summary>Runs the pass until nothing more folds.</summary>
    public static void Run(GraphEditor editor)
    {
        // Nodes are in topological order, so that one walk sees every folded input.
        var folded = new Dictionary<string, TensorProto>(StringComparer.Ordinal);
        var index = editor.Index;
        TensorProto? Constant(string name) => folded.GetValueOrDefault(name) ?? index.Constant(name);
        foreach (var node in editor.Graph.Node.ToList())
        {
            if (node is not { Domain: "" or "ai.onnx", Output: [var output] } || index.IsOutput(output) || node.Input.Count == 0) { continue; }
            var inputs = node.Input.Select(Constant).ToList();
            if (inputs.Any(i => i is null) || Fold(node, inputs!) is not { } result) { continue; }
            result.Name = output;
            folded[output] = result;
            editor.Remove(node);
            editor.Graph.Initializer.Add(result);
        }

        editor.Changed();
    }

    static TensorProto? Fold(NodeProto node, IReadOnlyList<TensorProto> inputs)
    {
        var x = inputs[0];
        if (node.OpType == "Cast")
        {
            return node.GetInt("to", 0) == (long)DataType.Float && x.Type() is DataType.Float16 or DataType.Double or DataType.Float
                ? OnnxTensors.Create<float>("", [.. x.Dims], x.ToFloats()) : null;
        }

        if (x.Type() != DataType.Float) { return null; }
        return node.OpType switch
        {
            "Transpose" => Transpose(x, node.GetInts("perm")),
            "Reshape" when inputs.Count == 2 && node.GetInt("allowzero", 0) == 0 => Reshape(x, inputs[1].ToLongs()),
            "Flatten" => Flatten(x, node.GetInt("axis", 1)),
            "Unsqueeze" => Axes(node, inputs) is { } axes ? Unsqueeze(x, axes) : null,
            "Squeeze" => Squeeze(x, Axes(node, inputs)),
            "Add" => Binary(inputs, (a, b) => a + b),
            "Sub" => Binary(inputs, (a, b) => a - b),
            "Mul" => Binary(inputs, (a, b) => a * b),
            "Div" => Binary(inputs, (a, b) => a / b),
            "Sqrt" => OnnxTensors.Create<float>("", [.. x.Dims], [.. x.ToFloats().Select(MathF.Sqrt)]),
            "Neg" => OnnxTensors.Create<float>("", [.. x.Dims], [.. x.ToFloats().Select(v => -v)]),
            _ => null,
        };
    }

    static long[]? Axes(NodeProto node, IReadOnlyList<TensorProto> inputs) =>
        inputs.Count > 1 ? inputs[1].ToLongs() : node.GetInts("axes");

    static TensorProto WithDims(TensorProto x, ReadOnlySpan<long> dims) => OnnxTensors.Create<float>("", dims, x.Values<float>());

    static TensorProto? Reshape(TensorProto x, long[] shape)
    {
        var dims = new long[shape.Length];
        var known = 1L;
        var free = -1;
        for (var i = 0; i < dims.Length; i++)
        {
            if (shape[i] == 0 && i >= x.Dims.Count) { return null; }
            dims[i] = shape[i] == 0 ? x.Dims[i] : shape[i];
            if (dims[i] == -1) { free = i; }
            else { known *= dims[i]; }
        }

        if (free >= 0 && known > 0) { dims[free] = x.ElementCount() / known; }
        return dims.All(d => d >= 0) && dims.Aggregate(1L, (a, b) => a * b) == x.ElementCount() ? WithDims(x, dims) : null;
    }

    static TensorProto? Flatten(TensorProto x, long axis)
    {
        var at = (int)(axis < 0 ? axis + x.Dims.Count : axis);
        if (at < 0 || at > x.Dims.Count) { return null; }
        return WithDims(x, [x.Dims.Take(at).Aggregate(1L, (a, b) => a * b), x.Dims.Skip(at).Aggregate(1L, (a, b) => a * b)]);
    }

    static TensorProto? Unsqueeze(TensorProto x, long[] axes)
    {
        var rank = x.Dims.Count + axes.Length;
        var at = axes.Select(a => a < 0 ? a + rank : a).ToHashSet();
        if (at.Count != axes.Length || at.Any(a => a < 0 || a >= rank)) { return null; }
        var rest = new Queue<long>(x.Dims);
        return WithDims(x, [.. Enumerable.Range(0, rank).Select(i => at.Contains(i) ? 1 : rest.Dequeue())]);
    }

    static TensorProto? Squeeze(TensorProto x, long[]? axes)
    {
        var at = axes?.Select(a => a < 0 ? a + x.Dims.Count : a).ToHashSet();
        if (at is not null && at.Any(a => a < 0 || a >= x.Dims.Count || x.Dims[(int)a] != 1)) { return null; }
        return WithDims(x, [.. x.Dims.Where((d, i) => at is null ? d != 1 : !at.Contains(i))]);
    }

    static TensorProto? Transpose(TensorProto x, long[]? permutation)
    {
        var rank = x.Dims.Count;
        var perm = permutation?.Select(p => (int)p).ToArray() ?? [.. Enumerable.Range(0, rank).Reverse()];
        if (perm.Length != rank || !perm.Order().SequenceEqual(Enumerable.Range(0, rank))) { return null; }
        var from = x.Values<float>();
        var to = new float[from.Length];
        var strides = new long[rank]; // of the source, in the order of the target's axes
        for (var i = 0; i < rank; i++)
        {
            strides[i] = 1;
            for (var j = perm[i] + 1; j < rank; j++) { strides[i] *= x.Dims[j]; }
        }

        long[] dims = [.. perm.Select(p => x.Dims[p])];
        var position = new long[rank];
        var source = 0L;
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = from[(int)source];
            for (var axis = rank - 1; axis >= 0; axis--)
            {
                source += strides[axis];
                if (++position[axis] < dims[axis]) { break; }
                source -= strides[axis] * dims[axis];
                position[axis] = 0;
            }
        }

        return OnnxTensors.Create<float>("", dims, to);
    }

    static TensorProto? Binary(IReadOnlyList<TensorProto> inputs, Func<float, float, float> operation)
    {
        if (inputs is not [var a, var b] || b.Type() != DataType.Float) { return null; }
        var larger = b.Dims.Count > a.Dims.Count || b.ElementCount() > a.ElementCount() ? b : a;
        bool Fits(TensorProto t) => t.Dims.SequenceEqual(larger.Dims) || (t.ElementCount() == 1 && t.Dims.Count <= larger.Dims.Count);
        if (!Fits(a) || !Fits(b)) { return null; }
        var (left, right) = (a.ToFloats(), b.ToFloats());
        var result = new float[larger.ElementCount()];
        for (var i = 0; i < result.Length; i++) { result[i] = operation(left[left.Length == 1 ? 0 : i], right[right.Length == 1 ? 0 : i]); }
        return OnnxTensors.Create<float>("", [.. larger.Dims], result);
    }
}
