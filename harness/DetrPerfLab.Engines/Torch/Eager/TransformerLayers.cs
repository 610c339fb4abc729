using TorchSharp;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Self-attention and feed-forward, each added to its input and normalised after ("post-norm").</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/transformer.py, TransformerEncoderLayer.forward_post.</remarks>
sealed class EncoderLayer(WeightLoader weights, string name)
{
    readonly MultiHeadAttention _attention = new(weights, $"{name}.self_attn", weights.Config.Heads, weights.Config.HiddenDim);
    readonly FeedForward _feedForward = new(weights, name);
    readonly LayerNorm _norm1 = new(weights, $"{name}.norm1", weights.Config.HiddenDim);
    readonly LayerNorm _norm2 = new(weights, $"{name}.norm2", weights.Config.HiddenDim);

    /// <summary>Source and position, which is added to queries and keys, are [S, N, hidden]; padding [N * heads, 1, S], 0 or minus infinity.</summary>
    internal Tensor Forward(Tensor source, Tensor position, Tensor padding)
    {
        using var scope = NewDisposeScope();
        var placed = source + position;
        var attended = _norm1.Forward(source + _attention.Forward(placed, placed, source, padding));
        return _norm2.Forward(attended + _feedForward.Forward(attended)).MoveToOuterDisposeScope();
    }
}

/// <summary>Self-attention of the queries, attention to the image, feed-forward; each added to its input and normalised after.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/transformer.py, TransformerDecoderLayer.forward_post.</remarks>
sealed class DecoderLayer(WeightLoader weights, string name)
{
    readonly MultiHeadAttention _selfAttention = new(weights, $"{name}.self_attn", weights.Config.Heads, weights.Config.HiddenDim);
    readonly MultiHeadAttention _crossAttention = new(weights, $"{name}.multihead_attn", weights.Config.Heads, weights.Config.HiddenDim);
    readonly FeedForward _feedForward = new(weights, name);
    readonly LayerNorm _norm1 = new(weights, $"{name}.norm1", weights.Config.HiddenDim);
    readonly LayerNorm _norm2 = new(weights, $"{name}.norm2", weights.Config.HiddenDim);
    readonly LayerNorm _norm3 = new(weights, $"{name}.norm3", weights.Config.HiddenDim);

    /// <summary>Target and queries, which are added wherever it asks, are [Q, N, hidden]; keys, the memory with positions, and memory [S, N, hidden].</summary>
    internal Tensor Forward(Tensor target, Tensor queries, Tensor keys, Tensor memory, Tensor padding)
    {
        using var scope = NewDisposeScope();
        var placed = target + queries;
        var self = _norm1.Forward(target + _selfAttention.Forward(placed, placed, target, bias: null));
        var cross = _norm2.Forward(self + _crossAttention.Forward(self + queries, keys, memory, padding));
        return _norm3.Forward(cross + _feedForward.Forward(cross)).MoveToOuterDisposeScope();
    }
}

/// <summary>Scaled dot-product attention in several heads, with a key padding mask.</summary>
/// <remarks>Source: torch.nn.functional.multi_head_attention_forward (PyTorch 1.13). Sequences come first: [length, N, hidden].</remarks>
sealed class MultiHeadAttention(WeightLoader weights, string name, int heads, int hidden)
{
    readonly (Linear Query, Linear Key, Linear Value) _projections = weights.LoadProjections(name);
    readonly Linear _output = weights.LoadLinear($"{name}.out_proj");
    readonly int _heads = heads;
    readonly Scalar _rootOfWidth = Math.Sqrt(hidden / heads);

    /// <summary>Query and result are [L, N, hidden], key and value [S, N, hidden]; the bias [N * heads, 1, S], 0 or minus infinity, is added to the scores.</summary>
    internal Tensor Forward(Tensor query, Tensor key, Tensor value, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var scaled = Split(_projections.Query.Forward(query)).div(_rootOfWidth);
        var keys = Split(_projections.Key.Forward(key)).transpose(1, 2);
        var scores = scaled.bmm(keys); // [N * heads, L, S]
        if (bias is not null) { scores = scores.add_(bias); } // not baddbmm: TorchSharp 0.107.0 passes its arguments in another order
        var attention = nn.functional.softmax(scores, -1);
        scores.Dispose(); // grows with the square of the image's area
        var mixed = attention.bmm(Split(_projections.Value.Forward(value)));
        return _output.Forward(Join(mixed)).MoveToOuterDisposeScope();
    }

    /// <summary>[L, N, hidden] to [N * heads, L, hidden / heads].</summary>
    Tensor Split(Tensor sequence) => sequence.unflatten(2, _heads, -1).flatten(1, 2).transpose(0, 1);

    /// <summary>[N * heads, L, hidden / heads] to [L, N, hidden].</summary>
    Tensor Join(Tensor heads) => heads.transpose(0, 1).unflatten(1, -1, _heads).flatten(2);
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

/// <summary>Layer normalisation over the last axis.</summary>
sealed class LayerNorm(WeightLoader weights, string name, int width, double epsilon = 1e-5)
{
    readonly long[] _shape = [width];
    readonly Tensor _weight = weights.Load($"{name}.weight");
    readonly Tensor _bias = weights.Load($"{name}.bias");

    internal Tensor Forward(Tensor input) => nn.functional.layer_norm(input, _shape, _weight, _bias, epsilon);
}

/// <summary>y = x * weight^T + bias over the last axis; weight [out, in], bias [out].</summary>
sealed class Linear(Tensor weight, Tensor bias)
{
    internal Tensor Forward(Tensor input) => nn.functional.linear(input, weight, bias);
}
