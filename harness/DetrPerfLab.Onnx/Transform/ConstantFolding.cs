namespace DetrPerfLab.Onnx;

/// <summary>Computes what exporters leave between a stored weight and the operator that uses it.</summary>
/// <remarks>
/// Only what stands there in practice: Transpose, Reshape, Squeeze, Unsqueeze, Flatten, Cast to float32 and elementwise arithmetic of equal or scalar shapes,
/// on float32 tensors: so that a fold never blows a small file up. ONNX Runtime folds the rest itself; here a weight must be visible as a constant to be quantised.
/// </remarks>
static class ConstantFolding
{
    internal static void Run(GraphEditor editor)
    {
        // Nodes are in topological order, so that one walk sees every folded input.
        var folded = new Dictionary<string, TensorProto>(StringComparer.Ordinal);
        var index = editor.Index;
        TensorProto? Constant(string name) => folded.GetValueOrDefault(name) ?? index.Constant(name);
        foreach (var node in editor.Graph.Node.ToList())
        {
            if (!node.IsStandard() || node.Output is not [var output] || index.IsOutput(output) || node.Input.Count == 0) { continue; }
            var inputs = node.Input.Select(Constant).ToList();
            if (inputs.Any(i => i is null) || Fold(node, inputs!) is not { } result) { continue; }
            folded[output] = result;
            editor.Replace(node, result);
        }
    }

    static TensorProto? Fold(NodeProto node, IReadOnlyList<TensorProto> inputs)
    {
        var x = inputs[0];
        if (node.OpType == "Cast")
        {
            var isReal = x.Type() is DataType.Float16 or DataType.Double or DataType.Float;
            return isReal && node.GetInt("to", 0) == (long)DataType.Float ? Floats(x.Dims, x.ToFloats()) : null;
        }

        if (!x.IsFloat()) { return null; }
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
            "Sqrt" => Floats(x.Dims, [.. x.ToFloats().Select(MathF.Sqrt)]),
            "Neg" => Floats(x.Dims, [.. x.ToFloats().Select(v => -v)]),
            _ => null,
        };
    }

    static TensorProto Floats(IEnumerable<long> dims, ReadOnlySpan<float> values) => OnnxTensors.Create("", [.. dims], values);

    static TensorProto WithDims(TensorProto x, IEnumerable<long> dims) => Floats(dims, x.Values<float>());

    static long Product(IEnumerable<long> dims) => dims.Aggregate(1L, (a, b) => a * b);

    static long[]? Axes(NodeProto node, IReadOnlyList<TensorProto> inputs) => inputs.Count > 1 ? inputs[1].ToLongs() : node.GetInts("axes");

    static TensorProto? Reshape(TensorProto x, long[] shape)
    {
        if (shape.Index().Any(s => s.Item == 0 && s.Index >= x.Dims.Count)) { return null; }
        long[] dims = [.. shape.Select((length, axis) => length == 0 ? x.Dims[axis] : length)];
        var (free, known) = (Array.LastIndexOf(dims, -1), Product(dims.Where(d => d != -1)));
        if (free >= 0 && known > 0) { dims[free] = x.ElementCount() / known; }
        return dims.All(d => d >= 0) && Product(dims) == x.ElementCount() ? WithDims(x, dims) : null;
    }

    static TensorProto? Flatten(TensorProto x, long axis)
    {
        var at = (int)(axis < 0 ? axis + x.Dims.Count : axis);
        return at < 0 || at > x.Dims.Count ? null : WithDims(x, [Product(x.Dims.Take(at)), Product(x.Dims.Skip(at))]);
    }

    static TensorProto? Unsqueeze(TensorProto x, long[] axes)
    {
        var rank = x.Dims.Count + axes.Length;
        var at = axes.Select(a => a < 0 ? a + rank : a).ToHashSet();
        if (at.Count != axes.Length || at.Any(a => a < 0 || a >= rank)) { return null; }
        var rest = new Queue<long>(x.Dims);
        return WithDims(x, Enumerable.Range(0, rank).Select(i => at.Contains(i) ? 1 : rest.Dequeue()));
    }

    static TensorProto? Squeeze(TensorProto x, long[]? axes)
    {
        var at = axes?.Select(a => a < 0 ? a + x.Dims.Count : a).ToHashSet();
        if (at is not null && at.Any(a => a < 0 || a >= x.Dims.Count || x.Dims[(int)a] != 1)) { return null; }
        return WithDims(x, x.Dims.Where((d, i) => at is null ? d != 1 : !at.Contains(i)));
    }

    static TensorProto? Transpose(TensorProto x, long[]? permutation)
    {
        var rank = x.Dims.Count;
        var perm = permutation?.Select(p => (int)p).ToArray() ?? [.. Enumerable.Range(0, rank).Reverse()];
        if (!perm.Order().SequenceEqual(Enumerable.Range(0, rank))) { return null; }
        var from = x.Values<float>();
        var to = new float[from.Length];
        long[] dims = [.. perm.Select(p => x.Dims[p])];
        long[] strides = [.. perm.Select(p => Product(x.Dims.Skip(p + 1)))]; // of the source, in the order of the target's axes
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

        return Floats(dims, to);
    }

    static TensorProto? Binary(IReadOnlyList<TensorProto> inputs, Func<float, float, float> operation)
    {
        if (inputs is not [var a, var b] || !b.IsFloat()) { return null; }
        var larger = b.Dims.Count > a.Dims.Count || b.ElementCount() > a.ElementCount() ? b : a;
        bool Fits(TensorProto t) => t.Dims.SequenceEqual(larger.Dims) || (t.ElementCount() == 1 && t.Dims.Count <= larger.Dims.Count);
        if (!Fits(a) || !Fits(b)) { return null; }
        var (left, right) = (a.ToFloats(), b.ToFloats());
        var result = new float[larger.ElementCount()];
        for (var i = 0; i < result.Length; i++) { result[i] = operation(left[left.Length == 1 ? 0 : i], right[right.Length == 1 ? 0 : i]); }
        return Floats(larger.Dims, result);
    }
}
