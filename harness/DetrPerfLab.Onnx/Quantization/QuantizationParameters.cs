namespace DetrPerfLab.Onnx;

/// <summary>The 8-bit integer type of a quantised tensor.</summary>
public enum QuantizedType
{
    UInt8,
    Int8,
}

/// <summary>real = (code - ZeroPoint) * Scale, with Scale above 0.</summary>
readonly record struct QuantizationParameters(float Scale, int ZeroPoint, QuantizedType Type)
{
    // The reciprocal of a smaller step is no float.
    const float SmallestScale = 1e-36f;

    internal int MinCode => Type == QuantizedType.UInt8 ? 0 : -128;
    internal int MaxCode => MinCode + 255;

    /// <summary>Parameters that spread all codes over a range, which is widened to hold 0.</summary>
    /// <remarks>A range that begins at 0, as after ReLU, gets the smallest code as zero point: saturation then is the ReLU, and ONNX Runtime drops the node.</remarks>
    internal static QuantizationParameters Asymmetric(TensorRange range, QuantizedType type)
    {
        var (min, max) = range.WithZero();
        var p = new QuantizationParameters(Step((max - min) / 255), 0, type);
        return p with { ZeroPoint = p.MinCode + (int)Math.Clamp(Math.Round(-min / p.Scale), 0, 255) };
    }

    /// <summary>Parameters with the zero point in the middle: 0 for int8, 128 for uint8. Codes -127..127 about it are used.</summary>
    internal static QuantizationParameters Symmetric(TensorRange range, QuantizedType type) =>
        new(Step(Math.Max(Math.Abs(range.Min), Math.Abs(range.Max)) / 127), type == QuantizedType.UInt8 ? 128 : 0, type);

    /// <summary>saturate(round(x / scale) + zero point), ties to even: ONNX operator QuantizeLinear.</summary>
    internal int Quantize(float value) => (int)Math.Clamp(MathF.Round(value / Scale) + ZeroPoint, MinCode, MaxCode);

    // A tensor that is 0 everywhere has no step; 1 keeps it 0.
    static float Step(double step) => step > SmallestScale ? (float)step : 1;
}
