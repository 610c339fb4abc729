namespace DetrPerfLab.Onnx;

/// <summary>Weights as int8 codes, symmetric about 0.</summary>
/// <param name="Codes">As many as the weight has elements, same order.</param>
/// <param name="Scales">One a channel, or one in all.</param>
sealed record QuantizedWeight(sbyte[] Codes, float[] Scales);

/// <summary>Symmetric int8 quantisation of constant weights and int32 quantisation of biases.</summary>
static class WeightQuantizer
{
    // Bias codes stay below 2^30: accumulation adds the products of the weights on top.
    const double LargestBiasCode = 1 << 30;

    /// <summary>Quantises a weight.</summary>
    /// <param name="weight">Row-major; finite.</param>
    /// <param name="shape">Elements an axis.</param>
    /// <param name="axis">The axis of the output channels, each with its own scale; null for one scale in all.</param>
    /// <param name="reduceRange">7 bits (-64..64): pairs of u8*s8 products then fit the int16 sums of machines without VNNI.</param>
    /// <param name="bias">One a channel, or null. A channel whose bias would not fit int32 gets a larger scale.</param>
    /// <param name="inputScale">Scale of the activation that the weight meets; used with <paramref name="bias"/>.</param>
    public static QuantizedWeight Quantize(
        ReadOnlySpan<float> weight, IReadOnlyList<long> shape, int? axis, bool reduceRange,
        ReadOnlySpan<float> bias = default, float inputScale = 1)
    {
        var largestCode = reduceRange ? 64 : 127;
        var (channels, inner) = Layout(shape, axis);
        var largest = new float[channels];
        for (var i = 0; i < weight.Length; i++)
        {
            ref var l = ref largest[Channel(i, channels, inner)];
            l = MathF.Max(l, MathF.Abs(weight[i]));
        }

        var scales = new float[channels];
        for (var c = 0; c < channels; c++)
        {
            var scale = largest[c] / (double)largestCode;
            for (var b = c; b < bias.Length; b += channels) { scale = Math.Max(scale, Math.Abs(bias[b]) / (inputScale * LargestBiasCode)); }
            scales[c] = scale > 1e-36 ? (float)scale : 1; // a dead channel: any scale keeps it 0
        }

        var codes = new sbyte[weight.Length];
        for (var i = 0; i < weight.Length; i++)
        {
            codes[i] = (sbyte)Math.Clamp(MathF.Round(weight[i] / scales[Channel(i, channels, inner)]), -largestCode, largestCode);
        }

        return new QuantizedWeight(codes, scales);
    }

    /// <summary>round(bias / (inputScale * weightScale)) for each channel: the scale that the integer accumulator has.</summary>
    /// <param name="bias">One a channel.</param>
    /// <param name="inputScale">Scale of the activation.</param>
    /// <param name="weightScales">One a channel, or one in all.</param>
    public static (int[] Codes, float[] Scales) QuantizeBias(ReadOnlySpan<float> bias, float inputScale, IReadOnlyList<float> weightScales)
    {
        var codes = new int[bias.Length];
        var scales = new float[weightScales.Count];
        for (var c = 0; c < scales.Length; c++) { scales[c] = inputScale * weightScales[c]; }
        for (var i = 0; i < codes.Length; i++)
        {
            var scale = (double)inputScale * weightScales[weightScales.Count == 1 ? 0 : i];
            codes[i] = (int)Math.Clamp(Math.Round(bias[i] / scale), int.MinValue, int.MaxValue);
        }

        return (codes, scales);
    }

    static (int Channels, int Inner) Layout(IReadOnlyList<long> shape, int? axis)
    {
        if (axis is not { } a) { return (1, int.MaxValue); }
        var inner = 1L;
        for (var i = a + 1; i < shape.Count; i++) { inner *= shape[i]; }
        return ((int)shape[a], (int)Math.Max(inner, 1));
    }

    static int Channel(int index, int channels, int inner) => channels == 1 ? 0 : index / inner % channels;
}
