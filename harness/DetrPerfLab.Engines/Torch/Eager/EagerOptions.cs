using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>How an eager DETR holds its weights and computes.</summary>
sealed record EagerOptions
{
    /// <summary>Type of weights and activations; inputs and outputs of the model stay float32.</summary>
    internal ScalarType DataType { get; init; } = ScalarType.Float32;

    /// <summary>Whether autograd records the forward pass, as in a port that forgot to turn it off.</summary>
    internal bool Gradients { get; init; }

    /// <summary>Whether images and filters lie in memory with channels innermost, which oneDNN's kernels read without reordering.</summary>
    internal bool ChannelsLast { get; init; }

    /// <summary>A [N, C, H, W] tensor in the type and the layout of these options.</summary>
    /// <remarks>TorchSharp has no <c>contiguous(memory_format)</c>; a copy in the order of [N, H, W, C], seen as [N, C, H, W], is the same thing.</remarks>
    internal Tensor Arrange(Tensor images)
    {
        if (!ChannelsLast) { return images.to(DataType); }
        using var scope = NewDisposeScope();
        return images.to(DataType).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
