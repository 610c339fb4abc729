using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Copies weights from a store into native tensors and owns them.</summary>
/// <remarks>Tensors leave the caller's dispose scope: they live until this loader is disposed.</remarks>
sealed class WeightLoader(WeightStore store, EagerOptions options) : IDisposable
{
    readonly List<Tensor> _owned = [];

    internal DetrConfig Config => store.Config;

    /// <summary>The tensor of that name in the model's own type.</summary>
    /// <exception cref="LabException">It is missing.</exception>
    internal Tensor Load(string name) => Own(Raw(name).to(options.DataType, disposeAfter: true)).requires_grad_(options.Gradients && IsTrained(name));

    /// <summary>A convolution's filter, [out, in, height, width].</summary>
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
        var (weight, bias, width) = (Load($"{name}.in_proj_weight"), Load($"{name}.in_proj_bias"), Config.HiddenDim);
        return (Part(0), Part(1), Part(2));

        Linear Part(int index) =>
            new(Own(weight.narrow(0, index * width, width)), Own(bias.narrow(0, index * width, width)));
    }

    /// <summary>Keeps something until the model ends.</summary>
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

    /// <summary>A fresh float32 copy in native memory.</summary>
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
