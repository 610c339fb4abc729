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

    /// <param name="source">[S, N, hidden].</param>
    /// <param name="position">[S, N, hidden], added to queries and keys.</param>
    /// <param name="padding">[N * heads, 1, S], 0 or minus infinity.</param>
    public Tensor Forward(Tensor source, Tensor position, Tensor padding)
    {
        using var scope = NewDisposeScope();
        var placed = source + position;
        var attended = _norm1.Forward(source + _attention.Forward(placed, placed, source, padding));
        return _norm2.Forward(attended + _feedForward.Forward(attended)).MoveToOuterDisposeScope();
    }
}
