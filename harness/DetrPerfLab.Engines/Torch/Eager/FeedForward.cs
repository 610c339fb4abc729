using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Two linear layers with ReLU between.</summary>
sealed class FeedForward(WeightLoader weights, string layer)
{
    readonly Linear _expand = weights.LoadLinear($"{layer}.linear1");
    readonly Linear _contract = weights.LoadLinear($"{layer}.linear2");

    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _contract.Forward(_expand.Forward(input).relu()).MoveToOuterDisposeScope();
    }
}
