namespace DetrPerfLab.Onnx;

/// <summary>A classifier that means nothing and takes a known amount of work: so many equal convolutions one after another.</summary>
public static class WorkModel
{
    const int Channels = 16, Side = 32, Classes = 10, Kernel = 3;

    /// <summary><c>pixel_values</c> float32 [N,3,32,32] to <c>logits</c> [N,10]; the work grows evenly with <paramref name="layers"/>, but for the first and last.</summary>
    /// <param name="metadata">That says what it is.</param>
    public static ModelProto Create(int layers, IReadOnlyDictionary<string, string> metadata)
    {
        var (builder, random) = (new GraphBuilder("work", opset: 17), new DeterministicRandom(1));
        var x = Convolution("stem", builder.Input("pixel_values", DataType.Float, "N", 3, Side, Side), 3);
        for (var layer = 0; layer < layers; layer++) { x = Convolution($"layer{layer}", x, Channels); }
        x = builder.Node("Flatten", "flat", [builder.Node("GlobalAveragePool", "pool", [x])]);
        builder.Node("Gemm", "logits", [x, Weight("head.weight", Channels, Classes), Weight("head.bias", Classes)]);
        builder.Output("logits", DataType.Float, "N", Classes);
        var model = builder.Build();
        foreach (var (key, value) in metadata) { model.SetMetadata(key, value); }
        return model;

        string Convolution(string name, string from, int channels)
        {
            using var module = builder.Module(name);
            return builder.Node("Relu", "relu", [builder.Conv("conv", from, Weight("weight", Channels, channels, Kernel, Kernel), Weight("bias", Channels), Kernel, padding: 1)]);
        }

        // So small that values neither grow nor fade from layer to layer.
        string Weight(string name, params ReadOnlySpan<long> dims)
        {
            var (count, fan) = (1L, 1L);
            foreach (var length in dims) { count *= length; }
            foreach (var length in dims[1..]) { fan *= length; }
            var values = new float[count];
            foreach (ref var value in values.AsSpan()) { value = (float)((random.NextDouble() - 0.5) * Math.Sqrt(24.0 / fan)); }
            return builder.Weight<float>(name, dims, values);
        }
    }
}
