namespace DetrPerfLab.Onnx;

/// <summary>Reads back, from a file that static quantisation wrote, how its layers compute: another engine then rounds as that file does.</summary>
public static class QuantizedLayers
{
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
                values[name.EndsWith(StaticWriter.Real, StringComparison.Ordinal) ? name[..^StaticWriter.Real.Length] : name] = new(Floats(node, 1)[0], (int)Codes(node, 2)[0]);
            }
            else if (node.OpType is "Conv" or "Gemm" && index.Producer(node.Input[1]) is { OpType: "DequantizeLinear" } weight)
            {
                var (dims, isLinear) = (index.Constant(weight.Input[0])!.Dims, node.OpType == "Gemm");
                var outputs = (int)dims[isLinear ? 1 : 0];
                sbyte[] codes = [.. Codes(weight, 0).Select(code => (sbyte)code)];
                float[] bias = node.Has(2) && index.Producer(node.Input[2]) is { } scaled ? [.. Codes(scaled, 0).Zip(Spread(Floats(scaled, 1), outputs), (code, scale) => code * scale)] : new float[outputs];
                // A Gemm's weight is [inputs, outputs] in our files; the codes are told [outputs, inputs].
                filters[node.Name] = new(isLinear ? OnnxTensors.Transpose(codes, (int)dims[0], outputs) : codes, Spread(Floats(weight, 1), outputs), bias);
            }
        }

        return new(filters, values);

        float[] Floats(NodeProto node, int input) => index.Constant(node.Input[input])!.ToFloats();
        long[] Codes(NodeProto node, int input) => index.Constant(node.Input[input])!.ToLongs();
        static float[] Spread(float[] scales, int count) => scales.Length == count ? scales : [.. Enumerable.Repeat(scales[0], count)];
    }
}
