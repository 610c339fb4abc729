using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>A convolution and its frozen batch norm, applied apart as the original does.</summary>
sealed class ConvolutionNorm(WeightLoader weights, string convolution, string norm, int kernel, int stride = 1, int dilation = 1)
{
    readonly Tensor _filter = weights.LoadFilter($"{convolution}.weight");
    readonly (Tensor Scale, Tensor Shift) _norm = weights.LoadFrozenBatchNorm(norm);
    readonly long[] _stride = [stride, stride];
    readonly long[] _padding = [dilation * (kernel / 2), dilation * (kernel / 2)];
    readonly long[] _dilation = [dilation, dilation];

    /// <param name="input">[N, in, H, W].</param>
    /// <returns>[N, out, H / stride, W / stride].</returns>
    public Tensor Forward(Tensor input)
    {
        // Disposed one by one: a dispose scope would keep all three large tensors until its end.
        using var convolved = nn.functional.conv2d(input, _filter, null, _stride, _padding, _dilation);
        using var scaled = convolved.mul(_norm.Scale);
        convolved.Dispose();
        return scaled.add(_norm.Shift);
    }
}
