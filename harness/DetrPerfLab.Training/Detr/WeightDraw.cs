namespace DetrPerfLab.Training;

/// <summary>First values of weights, as PyTorch and the original DETR draw them.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/transformer.py (_reset_parameters: Xavier for all matrices); torch.nn.Conv2d, Linear, Embedding; torchvision's ResNet (Kaiming, fan-out).</remarks>
static class WeightDraw
{
    internal static float[] Of(WeightSpec spec, DeterministicRandom random)
    {
        var (name, shape) = (spec.Name, spec.Shape);
        var data = new float[spec.Count];
        if (shape.Count == 1) { Array.Fill(data, IsOne(name) ? 1 : 0); }
        else if (shape.Count == 4 && name.StartsWith("backbone", StringComparison.Ordinal)) { Normal(data, Math.Sqrt(2.0 / (shape[0] * shape[2] * shape[3])), random); }
        else if (name.StartsWith("query_embed", StringComparison.Ordinal)) { Normal(data, 1, random); }
        else if (name.StartsWith("transformer", StringComparison.Ordinal)) { Uniform(data, Math.Sqrt(6.0 / (shape[0] + shape[1])), random); }
        else { Uniform(data, 1 / Math.Sqrt(spec.Count / shape[0]), random); }
        return data;
    }

    /// <summary>Scales of norms, and variances.</summary>
    static bool IsOne(string name) => name.EndsWith("running_var", StringComparison.Ordinal)
        || (name.EndsWith(".weight", StringComparison.Ordinal) && (name.Contains("norm") || name.Contains(".bn") || name.Contains("downsample.1")));

    static void Uniform(float[] data, double bound, DeterministicRandom random)
    {
        foreach (ref var value in data.AsSpan()) { value = (float)(bound * ((2 * random.NextDouble()) - 1)); }
    }

    /// <summary>Twelve equal numbers added, less six: normal enough to begin with, and the same on every machine.</summary>
    static void Normal(float[] data, double deviation, DeterministicRandom random)
    {
        foreach (ref var value in data.AsSpan())
        {
            var sum = -6.0;
            for (var i = 0; i < 12; i++) { sum += random.NextDouble(); }
            value = (float)(deviation * sum);
        }
    }
}
