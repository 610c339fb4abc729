namespace DetrPerfLab.Onnx;

/// <summary>Reads back, from a file that static quantisation wrote, how its layers compute: another engine then rounds as that file does.</summary>
public static class QuantizedLayers
{
    const string Real = ".real"; // what StaticWriter adds to a value that enters the 8-bit part of a graph

    public static Int8Layers Read(ModelProto model)
    {
        var index = new GraphIndex(model.Graph);
        var filters = new Dictionary<string, Int8Filter>(StringComparer.Ordinal);
        var values = new Dictionary<string, Int8Value>(StringComparer.Ordinal);
        foreach (var node in model.Graph.Node)
        {
            if (node.OpType == "DequantizeLinear" && index.Producer(node.Input[0]) is { OpType: "QuantizeLinear" })
            {
                var name = node.Output[0];
                values[name.EndsWith(Real, StringComparison.Ordinal) ? name[..^Real.Length] : name] = new(Floats(node, 1)[0], (int)Codes(node, 2)[0]);
            }
            else if (node.OpType is "Conv" or "Gemm" && index.Producer(node.Input[1]) is { OpType: "DequantizeLinear" } weight)
            {
                var (codes, scales) = (Codes(weight, 0), Floats(weight, 1));
                var bias = node.Has(2) && index.Producer(node.Input[2]) is { } scaled ? Codes(scaled, 0).Zip(Spread(Floats(scaled, 1), (int)index.Constant(scaled.Input[0])!.Dims[0]), (code, scale) => code * scale) : [];
                var dims = index.Constant(weight.Input[0])!.Dims;
                // A Gemm's weight is [inputs, outputs] in our files; the codes are told [outputs, inputs].
                sbyte[] stored = [.. codes.Select(code => (sbyte)code)];
                var outputs = (int)dims[node.OpType == "Gemm" ? 1 : 0];
                filters[node.Name] = new(node.OpType == "Gemm" ? OnnxTensors.Transpose(stored, (int)dims[0], outputs) : stored, Spread(scales, outputs), [.. bias]);
            }
        }

        return new(filters, values);

        float[] Floats(NodeProto node, int input) => index.Constant(node.Input[input])!.ToFloats();
        long[] Codes(NodeProto node, int input) => index.Constant(node.Input[input])!.ToLongs();
        static float[] Spread(float[] scales, int count) => scales.Length == count ? scales : [.. Enumerable.Repeat(scales[0], count)];
    }
}
