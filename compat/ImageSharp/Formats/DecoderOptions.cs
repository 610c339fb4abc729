namespace SixLabors.ImageSharp.Formats;

public sealed class DecoderOptions
{
    /// <summary>Accepted and without effect: JPEG and PNG hold one image.</summary>
    public uint MaxFrames { get; init => field = Math.Clamp(value, 1, int.MaxValue); } = int.MaxValue;
}
