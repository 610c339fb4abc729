using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Copies weights from a store into native tensors and owns them.</summary>
/// <remarks>Tensors leave the caller's dispose scope: they live until this loader is disposed.</remarks>
sealed class WeightLoader(WeightStore store, EagerOptions options) : IDisposable
{
    readonly List<Tensor> _owned = [];

    internal DetrConfig Config => store.Config; // of a DETR

    internal Tensor Load(string name) => Own(Raw(name).to(options.DataType, disposeAfter: true)).requires_grad_(options.Gradients && IsTrained(name));

    internal Tensor LoadFilter(string name)
    {
        using var filter = Raw(name);
        return Own(options.Arrange(filter)).requires_grad_(options.Gradients && IsTrained(name));
    }

    /// <summary>Scale and shift, each [1, channels, 1, 1], that a frozen batch norm comes down to.</summary>
    /// <remarks>Source: facebookresearch/detr@29901c5, models/backbone.py, FrozenBatchNorm2d.</remarks>
    internal (Tensor Scale, Tensor Shift) LoadFrozenBatchNorm(string name)
    {
        using var scope = NewDisposeScope();
        var scale = Raw($"{name}.weight") * (Raw($"{name}.running_var") + 1e-5).rsqrt();
        var shift = Raw($"{name}.bias") - (Raw($"{name}.running_mean") * scale);
        return (
            Own(scale.reshape(1, -1, 1, 1).to(options.DataType)),
            Own(shift.reshape(1, -1, 1, 1).to(options.DataType)));
    }

    /// <summary>A linear layer from <c>name.weight</c> [out, in] and <c>name.bias</c> [out].</summary>
    internal Linear LoadLinear(string name) => new(Load($"{name}.weight"), Load($"{name}.bias"));

    /// <summary>Query, key and value projections, which the state dict holds as one matrix of three times the height.</summary>
    internal (Linear Query, Linear Key, Linear Value) LoadProjections(string name)
    {
        var (weight, bias) = (Load($"{name}.in_proj_weight"), Load($"{name}.in_proj_bias"));
        var width = bias.shape[0] / 3;
        return (Part(0), Part(1), Part(2));

        Linear Part(int index) =>
            new(Own(weight.narrow(0, index * width, width)), Own(bias.narrow(0, index * width, width)));
    }

    internal Tensor Own(Tensor tensor)
    {
        _owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    public void Dispose()
    {
        foreach (var owned in _owned) { owned.Dispose(); }
        _owned.Clear();
    }

    Tensor Raw(string name)
    {
        var weight = store[name];
        using var shared = frombuffer(weight.Data, ScalarType.Float32);
        using var shaped = shared.reshape([.. weight.Shape]);
        return shaped.clone();
    }

    /// <summary>The original trains all but the stem and the first stage of the backbone; its batch norms are constants.</summary>
    /// <remarks>Source: facebookresearch/detr@29901c5, models/backbone.py, BackboneBase.</remarks>
    static bool IsTrained(string name) =>
        !name.StartsWith("backbone.", StringComparison.Ordinal)
        || name.Contains(".layer2.", StringComparison.Ordinal)
        || name.Contains(".layer3.", StringComparison.Ordinal)
        || name.Contains(".layer4.", StringComparison.Ordinal);
}

/// <summary>How an eager DETR holds its weights and computes; inputs and outputs of the model stay float32. A port may forget to turn gradients off.</summary>
sealed record EagerOptions
{
    internal ScalarType DataType { get; init; } = ScalarType.Float32;
    internal bool Gradients { get; init; }

    /// <summary>Whether glibc keeps what is freed, in the whole process from then on.</summary>
    internal bool KeepsFreedMemory { get; init; }

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
