using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>How an eager DETR holds its weights and computes.</summary>
sealed record EagerOptions
{
    /// <summary>Type of weights and activations; inputs and outputs of the model stay float32.</summary>
    public ScalarType DataType { get; init; } = ScalarType.Float32;

    /// <summary>Whether autograd records the forward pass, as in a port that forgot to turn it off.</summary>
    public bool Gradients { get; init; }

    /// <summary>Whether images and filters lie in memory with channels innermost, which oneDNN's kernels read without reordering.</summary>
    public bool ChannelsLast { get; init; }
}
