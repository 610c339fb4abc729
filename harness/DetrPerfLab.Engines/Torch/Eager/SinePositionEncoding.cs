using TorchSharp;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Sines and cosines of each position's row and column, counted within the image and normalised to 0..2 pi.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/position_encoding.py, PositionEmbeddingSine (normalize=True, temperature 10000).</remarks>
sealed class SinePositionEncoding(WeightLoader weights)
{
    static readonly Scalar s_epsilon = 1e-6, s_turn = 2 * Math.PI; // kept: a number's object that nobody holds may be freed while libtorch reads it
    readonly Tensor _wavelengths = weights.Own(tensor(weights.Config.PositionWavelengths()));

    /// <summary>A mask, int64 [N, h, w], 1 = image, to float32 [N, hidden, h, w]: first half rows, second half columns.</summary>
    internal Tensor Forward(Tensor mask)
    {
        using var scope = NewDisposeScope();
        var rows = Encode(mask.cumsum(1, ScalarType.Float32), axis: 1);
        var columns = Encode(mask.cumsum(2, ScalarType.Float32), axis: 2);
        return cat([rows, columns], 3).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Positions [N, h, w], from 1 along the axis, to [N, h, w, hidden / 2]: sine and cosine of each wavelength by turns.</summary>
    Tensor Encode(Tensor position, int axis)
    {
        var last = position.slice(axis, -1, long.MaxValue, 1);
        var angle = (position / (last + s_epsilon) * s_turn).unsqueeze(-1) / _wavelengths;
        var sines = angle.slice(3, 0, long.MaxValue, 2).sin();
        var cosines = angle.slice(3, 1, long.MaxValue, 2).cos();
        return stack([sines, cosines], 4).flatten(3);
    }
}
