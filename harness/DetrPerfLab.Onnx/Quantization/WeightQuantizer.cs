namespace DetrPerfLab.Onnx;

/// <summary>Symmetric int8 quantisation of constant weights and int32 quantisation of biases.</summary>
static class WeightQuantizer
{
    // Bias codes stay below 2^30: accumulation adds the products of the weights on top.
    const double LargestBiasCode = 1 << 30;

    /// <summary>Codes of a finite, row-major weight, and one scale for each output channel, or one in all where <paramref name="axis"/> is null.</summary>
    /// <remarks>
    /// The reduced range is 7 bits (-64..64): pairs of u8*s8 products then fit the int16 sums of machines without VNNI.
    /// A channel whose bias would not fit int32, with the scale of the activation at the input, gets a larger scale.
    /// </remarks>
    internal static (sbyte[] Codes, float[] Scales) Quantize(
        ReadOnlySpan<float> weight, IReadOnlyList<long> shape, int? axis, bool reduceRange,
        ReadOnlySpan<float> bias = default, float inputScale = 1)
    {
        var largestCode = reduceRange ? 64 : 127;
        var (channels, inner) = axis is { } a ? ((int)shape[a], (int)Math.Max(shape.Skip(a + 1).Aggregate(1L, (x, y) => x * y), 1)) : (1, int.MaxValue);
        var largest = new float[channels];
        for (var i = 0; i < weight.Length; i++)
        {
            ref var l = ref largest[i / inner % channels];
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
            codes[i] = (sbyte)Math.Clamp(MathF.Round(weight[i] / scales[i / inner % channels]), -largestCode, largestCode);
        }

        return (codes, scales);
    }

    /// <summary>round(bias / (inputScale * weightScale)) for each channel: the scale of the integer accumulator. Weight scales: one a channel, or one in all.</summary>
    internal static (int[] Codes, float[] Scales) QuantizeBias(float[] bias, float inputScale, float[] weightScales)
    {
        double Scale(int channel) => (double)inputScale * weightScales[weightScales.Length == 1 ? 0 : channel];
        int[] codes = [.. bias.Select((b, c) => (int)Math.Clamp(Math.Round(b / Scale(c)), int.MinValue, int.MaxValue))];
        return (codes, [.. weightScales.Select(s => inputScale * s)]);
    }
}
