using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>y = x * weight^T + bias over the last axis.</summary>
/// <param name="weight">[out, in].</param>
/// <param name="bias">[out].</param>
sealed class Linear(Tensor weight, Tensor bias)
{
    public Tensor Forward(Tensor input) => nn.functional.linear(input, weight, bias);
}
