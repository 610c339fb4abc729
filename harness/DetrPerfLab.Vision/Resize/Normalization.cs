namespace DetrPerfLab.Vision;

/// <summary>How an 8-bit value becomes a model's input: (x / 255 - mean) / deviation, each step rounded to float32.</summary>
/// <remarks>Source: torchvision 0.14 ToTensor (<c>div(255)</c>) and Normalize (<c>sub_(mean).div_(std)</c>), bit for bit.</remarks>
public sealed class Normalization
{
    readonly float[] _table = new float[3 * 256];

    /// <summary>Of red, green and blue: means for values in [0, 1], deviations above 0.</summary>
    internal Normalization(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mean.Length, 3);
        ArgumentOutOfRangeException.ThrowIfNotEqual(deviation.Length, 3);
        (Mean, Deviation) = (mean.ToArray(), deviation.ToArray());
        CorrectedProductIsExact = true;
        for (var c = 0; c < 3; c++)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deviation[c]);
            for (var x = 0; x < 256; x++)
            {
                var value = ((x / 255f) - mean[c]) / deviation[c];
                _table[(c * 256) + x] = value;
                var product = ColumnPass.Scale(new((uint)x), new(mean[c]), new(deviation[c]), new(1 / deviation[c]))[0];
                CorrectedProductIsExact &= BitConverter.SingleToInt32Bits(product) == BitConverter.SingleToInt32Bits(value);
            }
        }
    }

    /// <summary>The mean and deviation of ImageNet, which every torchvision backbone was trained with.</summary>
    public static Normalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>Only x / 255 (the DEIM family).</summary>
    internal static Normalization UnitRange { get; } = new([0, 0, 0], [1, 1, 1]);

    public IReadOnlyList<float> Mean { get; }
    public IReadOnlyList<float> Deviation { get; }

    /// <summary>The result for each of the 256 values of a channel (0 red, 1 green, 2 blue).</summary>
    internal ReadOnlySpan<float> Table(int channel) => _table.AsSpan(channel * 256, 256);

    /// <summary>Whether <see cref="ColumnPass.Scale"/> gives the same bits as divisions for all 768 inputs.</summary>
    internal bool CorrectedProductIsExact { get; }
}
