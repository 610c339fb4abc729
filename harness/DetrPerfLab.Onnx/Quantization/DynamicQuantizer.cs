namespace DetrPerfLab.Onnx;

/// <summary>MatMul and Gemm with 8-bit weights, their inputs quantised at run time.</summary>
/// <remarks>
/// Writes standard operators (opset 11) in the shape that ONNX Runtime fuses: DynamicQuantizeLinear, MatMulInteger, Cast, Mul, Add become DynamicQuantizeMatMul
/// where the input has one reader, and one DynamicQuantizeLinear with several MatMulIntegerToFloat where queries, keys and values share it.
/// Source of the patterns: microsoft/onnxruntime, core/optimizer/matmul_integer_to_float.cc and dynamic_quantize_matmul_fusion.cc.
/// </remarks>
static class DynamicQuantizer
{
    internal static ConversionResult Convert(ModelProto source, QuantizationOptions options)
    {
        var editor = new GraphEditor(GraphPreparation.Prepare(source));
        var plan = options.Plan.Compile(editor.Graph, editor.Index);
        var nodes = editor.Graph.Node.Where(n => plan(n) == NodePrecision.Dynamic).ToList();
        var (converted, kept) = Apply(editor, nodes, options);
        if (converted.Count == 0)
        {
            throw LabError.CannotQuantize("no MatMul or Gemm can be quantised dynamically", "float32 MatMul or Gemm with constant weights that the plan makes dynamic", "Check the plan and that the model is float32.");
        }

        editor.Finish();
        return new(editor.Model, new(converted, kept, []));
    }

    internal static (IReadOnlyList<string> Converted, SortedDictionary<string, string> Kept) Apply(GraphEditor editor, IReadOnlyList<NodeProto> nodes, QuantizationOptions options)
    {
        var converted = new List<string>();
        var kept = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var quantizedInputs = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        var weights = new Dictionary<string, (string Codes, string Scales)>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            if (node.OpType is not ("MatMul" or "Gemm") || !node.IsStandard()) { kept[node.Name] = $"{node.OpType} has no dynamic form"; }
            else if (LinearLayer.Read(editor.Index, node, out var reason) is not { } layer) { kept[node.Name] = reason; }
            else
            {
                Rewrite(editor, layer, quantizedInputs, weights, options);
                converted.Add(node.Name);
            }
        }

        return (converted, kept);
    }

    static void Rewrite(GraphEditor editor, LinearLayer layer, Dictionary<string, NodeProto> inputs, Dictionary<string, (string, string)> weights, QuantizationOptions options)
    {
        var (name, output) = (layer.Node.Name, layer.Output);
        editor.Remove(layer.Node);
        if (layer.BiasAdd is { } old) { editor.Remove(old); }
        var input = QuantizedInput(editor, layer, inputs);
        var (codes, scales) = Weight(editor, layer, weights, options);
        var product = editor.AddNode("MatMulInteger", name, [input.Output[0], codes, input.Output[2]], name + ".int32");
        var cast = editor.AddNode("Cast", name + ".cast", product.Output, name + ".float").Set("to", (long)DataType.Float);
        var scale = editor.AddNode("Mul", name + ".scale", [input.Output[1], scales], name + ".scale");
        var result = editor.AddNode("Mul", name + ".dequantize", [cast.Output[0], scale.Output[0]], name + ".scaled");
        if (layer.Bias is { } bias)
        {
            // The fusion looks for the constant in second place.
            result = editor.AddNode("Add", name + ".add_bias", [result.Output[0], editor.AddConstant<float>(name + ".bias", [bias.Length], bias)], name + ".biased");
        }

        result.Output[0] = output;
    }

    static NodeProto QuantizedInput(GraphEditor editor, LinearLayer layer, Dictionary<string, NodeProto> known)
    {
        var key = layer.TransposeInput ? layer.Input + "^T" : layer.Input;
        if (known.TryGetValue(key, out var node)) { return node; }
        var value = layer.Input;
        if (layer.TransposeInput) { value = editor.AddNode("Transpose", layer.Node.Name + ".transposed", [value], value + ".transposed").Set("perm", 1, 0).Output[0]; }
        return known[key] = editor.AddNode("DynamicQuantizeLinear", layer.Input + ".quantize", [value], layer.Input + ".u8", layer.Input + ".scale", layer.Input + ".zero_point");
    }

    static (string Codes, string Scales) Weight(GraphEditor editor, LinearLayer layer, Dictionary<string, (string, string)> known, QuantizationOptions options)
    {
        var key = $"{layer.WeightName}/{layer.Node.GetFloat("alpha", 1)}/{layer.Node.GetInt("transB", 0)}";
        if (known.TryGetValue(key, out var names)) { return names; }
        var weight = WeightQuantizer.Quantize(layer.Weight, [layer.Rows, layer.Columns], options.PerChannel ? 1 : null, options.ReduceRange);
        ReadOnlySpan<long> scaleDims = options.PerChannel ? [layer.Columns] : [];
        return known[key] = (
            editor.AddConstant<sbyte>(layer.WeightName + ".int8", [layer.Rows, layer.Columns], weight.Codes),
            editor.AddConstant<float>(layer.WeightName + ".scale", scaleDims, weight.Scales));
    }
}
