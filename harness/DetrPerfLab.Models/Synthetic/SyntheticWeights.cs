namespace DetrPerfLab.Models;

/// <summary>Full-size weights from a formula (synthetic-v1): the lab runs at once, and any language can regenerate them bit for bit.</summary>
/// <remarks>They detect nothing; times, memory and agreement between engines are what they are for. The amplitudes keep activations of every layer in the range
/// of a trained model, so that no engine meets denormals, saturation or constant outputs. value_i = offset + amplitude *
/// <see cref="SyntheticSequence"/>(name)_i, both from the first rule of <see cref="Range"/> that fits the name.</remarks>
public static class SyntheticWeights
{
    public const string Source = "synthetic-v1";

    /// <returns>A store whose <see cref="WeightStore.Sha256"/> covers, tensor by tensor in official order: the UTF-8 name, a zero byte, the number of axes and
    /// their lengths as little-endian int64, the values as little-endian float32.</returns>
    public static WeightStore Create(ModelConfig config)
    {
        var specs = config.Describe();
        var tensors = new WeightTensor[specs.Count];
        Parallel.For(0, specs.Count, i =>
        {
            var data = GC.AllocateUninitializedArray<float>(checked((int)specs[i].Count));
            var (offset, amplitude) = config is DetrConfig ? Range(specs[i]) : ClassifierRange(specs[i]);
            SyntheticSequence.Fill(specs[i].Name, data, (float)amplitude, (float)offset);
            tensors[i] = new WeightTensor(specs[i].Name, specs[i].Shape, data);
        });
        return new WeightStore(config, tensors, Source, WeightHash.Of(tensors));
    }

    /// <summary>The rules, in order. fan_in is the product of all lengths but the first; of a vector, its length.</summary>
    static (double Offset, double Amplitude) Range(WeightSpec spec)
    {
        var (name, shape) = (spec.Name, spec.Shape);
        double fanIn = shape.Count == 1 ? shape[0] : spec.Count / shape[0];
        double Glorot() => Math.Sqrt(6.0 / (shape[0] + shape[1]));
        if (name.StartsWith("backbone.", StringComparison.Ordinal))
        {
            if (!IsBatchNorm(name)) { return (0, Math.Sqrt(6 / fanIn)); }
            if (name.EndsWith(".weight", StringComparison.Ordinal)) { return name.Contains(".bn3.") ? (0.25, 0.05) : (1, 0.2); }
            return name.EndsWith(".running_var", StringComparison.Ordinal) ? (1, 0.2) : (0, 0.1);
        }

        return name switch
        {
            _ when name.EndsWith("linear2.weight", StringComparison.Ordinal) => (0, 0.1 * Glorot()),
            _ when name.EndsWith("out_proj.weight", StringComparison.Ordinal) =>
                (0, (name.Contains(".encoder.") ? 0.1 : name.Contains(".multihead_attn.") ? 4 : 0.3) * Glorot()),
            _ when name.EndsWith("multihead_attn.in_proj_weight", StringComparison.Ordinal) => (0, 5 * Glorot()),
            _ when name.Contains("norm") => (name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0, 0.1),
            "input_proj.weight" => (0, Math.Sqrt(3 / fanIn)),
            "input_proj.bias" => (0, 0.1),
            "query_embed.weight" => (0, Math.Sqrt(3)),
            "class_embed.weight" => (0, 2 * Math.Sqrt(3 / fanIn)),
            "class_embed.bias" => (0, 0.5),
            _ when name.StartsWith("bbox_embed", StringComparison.Ordinal) =>
                (0, name.EndsWith("weight", StringComparison.Ordinal) ? Math.Sqrt(6 / fanIn) : 0.1),
            _ when name.EndsWith("weight", StringComparison.Ordinal) => (0, Glorot()),
            _ => (0, 0.02),
        };
    }

    /// <summary>The same for classifiers, whose ResNet has no prefix. Residual branches add little, so that twelve or sixteen of them stay in range.</summary>
    static (double Offset, double Amplitude) ClassifierRange(WeightSpec spec)
    {
        var (name, shape) = (spec.Name, spec.Shape);
        double fanIn = shape.Count == 1 ? shape[0] : spec.Count / shape[0];
        if (shape.Count == 4) { return (0, name.StartsWith("conv_proj", StringComparison.Ordinal) ? Math.Sqrt(3 / fanIn) : Math.Sqrt(6 / fanIn)); }
        if (shape.Count == 2) { return (0, (name.Contains("out_proj") || name.EndsWith("mlp.3.weight", StringComparison.Ordinal) ? 0.5 : 1) * Math.Sqrt(6.0 / (shape[0] + shape[1]))); }
        if (shape.Count == 3) { return (0, 0.5); } // class token, positions
        return name switch
        {
            _ when name.EndsWith("running_var", StringComparison.Ordinal) => (1, 0.2),
            _ when name.EndsWith("running_mean", StringComparison.Ordinal) => (0, 0.1),
            _ when name.Contains(".bn3.") && name.EndsWith("weight", StringComparison.Ordinal) => (0.25, 0.05),
            _ when name.EndsWith("weight", StringComparison.Ordinal) => (1, 0.2), // of norms: all other weights have more axes
            _ => (0, 0.1),
        };
    }

    static bool IsBatchNorm(string name) =>
        name.Contains(".downsample.1.") || (name.IndexOf(".bn", StringComparison.Ordinal) is >= 0 and var at && name.AsSpan(at + 4).StartsWith("."));
}
