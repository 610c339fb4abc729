using TorchSharp;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Encoder over the image's features, decoder over the object queries.</summary>
/// <remarks>
/// Source: facebookresearch/detr@29901c5, models/transformer.py. Of the decoder's layers only the last is normalised and returned; the others
/// serve auxiliary losses.
/// </remarks>
sealed class Transformer(WeightLoader weights)
{
    static readonly Scalar s_padding = 0L, s_never = double.NegativeInfinity; // kept: a number's object that nobody holds may be freed while libtorch reads it

    readonly EncoderLayer[] _encoder =
        [.. Enumerable.Range(0, weights.Config.EncoderLayers).Select(i => new EncoderLayer(weights, $"transformer.encoder.layers.{i}"))];
    readonly DecoderLayer[] _decoder =
        [.. Enumerable.Range(0, weights.Config.DecoderLayers).Select(i => new DecoderLayer(weights, $"transformer.decoder.layers.{i}"))];
    readonly LayerNorm _norm = new(weights, "transformer.decoder.norm", weights.Config.HiddenDim);
    readonly Tensor _queries = weights.Load("query_embed.weight");
    readonly int _heads = weights.Config.Heads;

    /// <summary>Source and position [N, hidden, h, w], mask int64 [N, h, w], 1 = image, to objects [N, Q, hidden] and memory [h * w, N, hidden].</summary>
    internal (Tensor Objects, Tensor Memory) Forward(Tensor source, Tensor position, Tensor mask, Action<string>? onModule = null)
    {
        using var scope = NewDisposeScope();
        var (sequence, positions) = (ToSequence(source), ToSequence(position));
        var padding = AttentionBias(mask, sequence);
        foreach (var layer in _encoder) { sequence = layer.Forward(sequence, positions, padding); }
        onModule?.Invoke("encoder");
        var keys = sequence + positions;
        var queries = _queries.unsqueeze(1) + sequence.slice(0, 0, 1, 1).zeros_like(); // [Q, N, hidden]
        var target = queries.zeros_like();
        foreach (var layer in _decoder) { target = layer.Forward(target, queries, keys, sequence, padding); }
        var objects = _norm.Forward(target).transpose(0, 1);
        onModule?.Invoke("decoder");
        return scope.MoveToOuter(objects, sequence);
    }

    /// <summary>0 where a key is image, minus infinity where it is padding: [N * heads, 1, S] in the type of <paramref name="like"/>.</summary>
    Tensor AttentionBias(Tensor mask, Tensor like)
    {
        var keys = mask.flatten(1); // [N, S]
        return keys.zeros_like(like.dtype).masked_fill(keys.eq(s_padding), s_never).repeat_interleave(_heads, 0).unsqueeze(1);
    }

    /// <summary>[N, hidden, h, w] to [h * w, N, hidden].</summary>
    static Tensor ToSequence(Tensor map) => map.flatten(2).permute(2, 0, 1);
}
