using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Order of an image tensor's elements in memory.</summary>
static class Layout
{
    /// <summary>The same [N, C, H, W] tensor with channels innermost in memory.</summary>
    /// <remarks>TorchSharp has no <c>contiguous(memory_format)</c>; a copy in the order of [N, H, W, C], seen as [N, C, H, W], is the same thing.</remarks>
    public static Tensor ToChannelsLast(Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
