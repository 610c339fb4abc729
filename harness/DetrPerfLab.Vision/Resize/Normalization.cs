namespace DetrPerfLab.Vision;

/// <summary>How an 8-bit value becomes a model's input: (x * scale - mean) / deviation, each step rounded to float32; a scale of 1/255 divides by 255.</summary>
/// <remarks>Source: torchvision 0.14 ToTensor (<c>div(255)</c>) and Normalize (<c>sub_(mean).div_(std)</c>), bit for bit.</remarks>
public sealed class Normalization
{
    readonly float[] _table = new float[3 * 256];

    /// <summary>The scale that brings a byte into [0, 1].</summary>
    internal const double UnitScale = 1.0 / 255;

    /// <summary>Of the model's first, second and third channel: means of scaled values, deviations above 0.</summary>
    internal Normalization(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation, double scale = UnitScale)
    {
        var isUnit = Math.Abs(scale - UnitScale) < 1e-6; // written with few digits, as 0.00392156862745098 is
        Scale = isUnit ? UnitScale : scale;
        ArgumentOutOfRangeException.ThrowIfNotEqual(mean.Length, 3);
        ArgumentOutOfRangeException.ThrowIfNotEqual(deviation.Length, 3);
        (Mean, Deviation) = (mean.ToArray(), deviation.ToArray());
        ProductsAreExact = isUnit;
        for (var c = 0; c < 3; c++)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deviation[c]);
            for (var x = 0; x < 256; x++)
            {
                var value = ((isUnit ? x / 255f : x * (float)scale) - mean[c]) / deviation[c];
                _table[(c * 256) + x] = value;
                var product = Times(Times(x, Reciprocal(255)) - mean[c], Reciprocal(deviation[c]));
                ProductsAreExact &= BitConverter.SingleToInt32Bits(product) == BitConverter.SingleToInt32Bits(value);
            }
        }
    }

    /// <summary>The mean and deviation of ImageNet, which every torchvision backbone was trained with.</summary>
    public static Normalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>Only x / 255 (DEIM, RT-DETR).</summary>
    internal static Normalization UnitRange { get; } = new([0, 0, 0], [1, 1, 1]);

    /// <summary>What a byte is multiplied by first.</summary>
    public double Scale { get; }

    /// <summary>Of red, green, blue, or as the model orders its channels.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>Likewise.</summary>
    public IReadOnlyList<float> Deviation { get; }

    /// <summary>The result for each of the 256 values of a channel (0 red, 1 green, 2 blue).</summary>
    internal ReadOnlySpan<float> Table(int channel) => _table.AsSpan(channel * 256, 256);

    /// <summary>Whether products with <see cref="Reciprocal"/> give the same bits as divisions for all 768 inputs, so that vector code may use them.</summary>
    internal bool ProductsAreExact { get; }

    /// <summary>1 / b as the sum of two floats: a * b.Low, then a fused multiply-add, is a / b at a multiple of the throughput of a vector division.</summary>
    /// <remarks>Source: T. J. Dekker, Numer. Math. 18 (1971) 224. Correct for most a and b; so it is checked above for those that occur.</remarks>
    internal static (float High, float Low) Reciprocal(float b) => (1 / b, (float)((1.0 / b) - (1 / b)));

    static float Times(float a, (float High, float Low) b) => MathF.FusedMultiplyAdd(a, b.High, a * b.Low);
}
