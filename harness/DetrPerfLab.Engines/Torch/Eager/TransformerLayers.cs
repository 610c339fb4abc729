using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Self-attention and feed-forward, each added to its input and normalised after ("post-norm").</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/transformer.py, TransformerEncoderLayer.forward_post.</remarks>
sealed class EncoderLayer(WeightLoader weights, string name)
{
    readonly MultiHeadAttention _attention = new(weights, $"{name}.self_attn");
    readonly FeedForward _feedForward = new(weights, name);
    readonly LayerNorm _norm1 = new(weights, $"{name}.norm1");
    readonly LayerNorm _norm2 = new(weights, $"{name}.norm2");

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
    readonly MultiHeadAttention _selfAttention = new(weights, $"{name}.self_attn");
    readonly MultiHeadAttention _crossAttention = new(weights, $"{name}.multihead_attn");
    readonly FeedForward _feedForward = new(weights, name);
    readonly LayerNorm _norm1 = new(weights, $"{name}.norm1");
    readonly LayerNorm _norm2 = new(weights, $"{name}.norm2");
    readonly LayerNorm _norm3 = new(weights, $"{name}.norm3");

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
