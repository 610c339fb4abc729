using static TorchSharp.torch;

namespace DetrPerfLab.Engines.Torch;

/// <summary>The padding mask at the resolution of the features.</summary>
static class PaddingMask
{
    /// <summary>Nearest-neighbour resize.</summary>
    /// <param name="mask">int64 [N, H, W], 1 = image.</param>
    /// <param name="features">[N, C, h, w]; only its size counts.</param>
    /// <returns>int64 [N, h, w].</returns>
    /// <remarks>
    /// The same elements as <c>interpolate(mask, size: [h, w])</c>. Lengths are counted by tensor operators rather than read from shapes,
    /// so that a trace of the model holds for images of every size.
    /// </remarks>
    public static Tensor Resize(Tensor mask, Tensor features)
    {
        using var scope = NewDisposeScope();
        var image = mask.select(0, 0);
        var map = features.select(0, 0).select(0, 0);
        return mask
            .index_select(1, Indices(image.select(1, 0), map.select(1, 0)))
            .index_select(2, Indices(image.select(0, 0), map.select(0, 0)))
            .MoveToOuterDisposeScope();
    }

    /// <summary>Which elements of the source are nearest to those of the target; only the lengths of the two vectors count.</summary>
    /// <remarks>Source: ATen, UpSample.h, nearest_neighbor_compute_source_index: floor(index * (source / target)) in float32, kept below the length.</remarks>
    static Tensor Indices(Tensor source, Tensor target)
    {
        var sourceLength = source.ones_like(ScalarType.Float32).sum();
        var ones = target.ones_like(ScalarType.Float32);
        var position = ones.cumsum(0) - 1;
        return (position * (sourceLength / ones.sum())).floor().minimum(sourceLength - 1).to(ScalarType.Int64);
    }
}
