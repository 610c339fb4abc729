using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Layer normalisation over the last axis.</summary>
sealed class LayerNorm(WeightLoader weights, string name)
{
    readonly long[] _shape = [weights.Config.HiddenDim];
    readonly Tensor _weight = weights.Load($"{name}.weight");
    readonly Tensor _bias = weights.Load($"{name}.bias");

    public Tensor Forward(Tensor input) => nn.functional.layer_norm(input, _shape, _weight, _bias);
}
