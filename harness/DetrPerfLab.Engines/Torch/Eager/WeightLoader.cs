using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Copies weights from a store into native tensors and owns them.</summary>
/// <remarks>Tensors leave the caller's dispose scope: they live until this loader is disposed.</remarks>
sealed class WeightLoader(WeightStore store, EagerOptions options) : IDisposable
{
    readonly List<Tensor> _owned = [];

    /// <summary>The model's shape.</summary>
    public DetrConfig Config => store.Config;

    /// <summary>Whether the store holds a tensor of that name.</summary>
    public bool Has(string name) => store.TryGet(name, out _);

    /// <summary>The tensor of that name in the model's own type.</summary>
    /// <exception cref="LabException">It is missing.</exception>
    public Tensor Load(string name) => Own(Raw(name).to(options.DataType, disposeAfter: true)).requires_grad_(options.Gradients && IsTrained(name));

    /// <summary>A convolution's filter, [out, in, height, width].</summary>
    public Tensor LoadFilter(string name)
    {
        if (!options.ChannelsLast) { return Load(name); }
        using var filter = Raw(name).to(options.DataType, disposeAfter: true);
        return Own(Layout.ToChannelsLast(filter)).requires_grad_(options.Gradients && IsTrained(name));
    }

    /// <summary>Scale and shift, each [1, channels, 1, 1], that a frozen batch norm comes down to.</summary>
    /// <remarks>Source: facebookresearch/detr@29901c5, models/backbone.py, FrozenBatchNorm2d.</remarks>
    public (Tensor Scale, Tensor Shift) LoadFrozenBatchNorm(string name)
    {
        using var scope = NewDisposeScope();
        var scale = Raw($"{name}.weight") * (Raw($"{name}.running_var") + 1e-5).rsqrt();
        var shift = Raw($"{name}.bias") - (Raw($"{name}.running_mean") * scale);
        return (
            Own(scale.reshape(1, -1, 1, 1).to(options.DataType)),
            Own(shift.reshape(1, -1, 1, 1).to(options.DataType)));
    }

    /// <summary>A linear layer from <c>name.weight</c> [out, in] and <c>name.bias</c> [out].</summary>
    public Linear LoadLinear(string name) => new(Load($"{name}.weight"), Load($"{name}.bias"));

    /// <summary>Query, key and value projections, which the state dict holds as one matrix of three times the height.</summary>
    public (Linear Query, Linear Key, Linear Value) LoadProjections(string name)
    {
        var (weight, bias, width) = (Load($"{name}.in_proj_weight"), Load($"{name}.in_proj_bias"), Config.HiddenDim);
        return (Part(0), Part(1), Part(2));

        Linear Part(int index) =>
            new(Own(weight.narrow(0, index * width, width)), Own(bias.narrow(0, index * width, width)));
    }

    /// <summary>Keeps something until the model ends.</summary>
    public Tensor Own(Tensor tensor)
    {
        _owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owned in _owned) { owned.Dispose(); }
        _owned.Clear();
    }

    /// <summary>A fresh float32 copy in native memory.</summary>
    Tensor Raw(string name)
    {
        if (!store.TryGet(name, out var weight)) { throw LabError.WeightMissing(name, store.Source); }
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
