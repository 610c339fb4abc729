using TorchSharp;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Scaled dot-product attention in several heads, with a key padding mask.</summary>
/// <remarks>Source: torch.nn.functional.multi_head_attention_forward (PyTorch 1.13). Sequences come first: [length, N, hidden].</remarks>
sealed class MultiHeadAttention
{
    readonly Linear _query;
    readonly Linear _key;
    readonly Linear _value;
    readonly Linear _output;
    readonly int _heads;
    readonly Scalar _rootOfWidth;

    internal MultiHeadAttention(WeightLoader weights, string name)
    {
        (_query, _key, _value) = weights.LoadProjections(name);
        _output = weights.LoadLinear($"{name}.out_proj");
        _heads = weights.Config.Heads;
        _rootOfWidth = Math.Sqrt(weights.Config.HiddenDim / _heads);
    }

    /// <summary>Query and result are [L, N, hidden], key and value [S, N, hidden]; the bias [N * heads, 1, S], 0 or minus infinity, is added to the scores.</summary>
    internal Tensor Forward(Tensor query, Tensor key, Tensor value, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var scaled = Split(_query.Forward(query)).div(_rootOfWidth);
        var keys = Split(_key.Forward(key)).transpose(1, 2);
        var scores = scaled.bmm(keys); // [N * heads, L, S]
        if (bias is not null) { scores = scores.add_(bias); } // not baddbmm: TorchSharp 0.107.0 passes its arguments in another order
        var attention = nn.functional.softmax(scores, -1);
        scores.Dispose(); // grows with the square of the image's area
        var mixed = attention.bmm(Split(_value.Forward(value)));
        return _output.Forward(Join(mixed)).MoveToOuterDisposeScope();
    }

    /// <summary>[L, N, hidden] to [N * heads, L, hidden / heads].</summary>
    Tensor Split(Tensor sequence) => sequence.unflatten(2, _heads, -1).flatten(1, 2).transpose(0, 1);

    /// <summary>[N * heads, L, hidden / heads] to [L, N, hidden].</summary>
    Tensor Join(Tensor heads) => heads.transpose(0, 1).unflatten(1, -1, _heads).flatten(2);
}
