using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>y = x * weight^T + bias over the last axis; weight [out, in], bias [out].</summary>
sealed class Linear(Tensor weight, Tensor bias)
{
    internal Tensor Forward(Tensor input) => nn.functional.linear(input, weight, bias);
}

/// <summary>Layer normalisation over the last axis.</summary>
sealed class LayerNorm(WeightLoader weights, string name)
{
    readonly long[] _shape = [weights.Config.HiddenDim];
    readonly Tensor _weight = weights.Load($"{name}.weight");
    readonly Tensor _bias = weights.Load($"{name}.bias");

    internal Tensor Forward(Tensor input) => nn.functional.layer_norm(input, _shape, _weight, _bias);
}

/// <summary>Two linear layers with ReLU between.</summary>
sealed class FeedForward(WeightLoader weights, string layer)
{
    readonly Linear _expand = weights.LoadLinear($"{layer}.linear1");
    readonly Linear _contract = weights.LoadLinear($"{layer}.linear2");

    internal Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _contract.Forward(_expand.Forward(input).relu()).MoveToOuterDisposeScope();
    }
}
