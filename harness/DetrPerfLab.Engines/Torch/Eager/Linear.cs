using static TorchSharp.torch;

namespace DetrPerfLab.Engines.Torch;

/// <summary>y = x * weight^T + bias over the last axis.</summary>
abstract class Linear
{
    public abstract Tensor Forward(Tensor input);
}

/// <summary>In the model's own floating type.</summary>
/// <param name="weight">[out, in].</param>
/// <param name="bias">[out].</param>
sealed class FloatLinear(Tensor weight, Tensor bias) : Linear
{
    public override Tensor Forward(Tensor input) => nn.functional.linear(input, weight, bias);
}

/// <summary>int8 weights; activations are quantised at each call.</summary>
sealed class QuantizedLinear(Func<Tensor, Tensor> forward) : Linear
{
    public override Tensor Forward(Tensor input)
    {
        // Engines read rows one after the other; a transposed view would be read in the wrong order or refused.
        using var dense = input.contiguous();
        return forward(dense);
    }
}
