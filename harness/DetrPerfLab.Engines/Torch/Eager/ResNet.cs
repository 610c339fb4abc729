using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>ResNet with frozen batch norms, up to its last stage.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/backbone.py, and torchvision's resnet.py (IntermediateLayerGetter, layer4).</remarks>
sealed class ResNet(WeightLoader weights, ResNetShape shape)
{
    static readonly long[] s_poolKernel = [3, 3];
    static readonly long[] s_poolStride = [2, 2];
    static readonly long[] s_poolPadding = [1, 1];

    readonly ConvolutionNorm _stem = new(weights, shape.Stem);
    readonly ResidualBlock[] _blocks = [.. shape.Blocks().Select(block => new ResidualBlock(weights, block))];

    /// <summary>Of normalised images [N, 3, H, W]: [N, channels, ceil(H/32), ceil(W/32)]; 1/16 with DC5.</summary>
    internal Tensor Forward(Tensor images, Action<string>? onModule)
    {
        using var stem = _stem.Forward(images).relu_();
        var features = nn.functional.max_pool2d(stem, s_poolKernel, s_poolStride, s_poolPadding);
        stem.Dispose(); // the largest tensor of all
        onModule?.Invoke("backbone.stem");
        for (var i = 0; i < _blocks.Length; i++)
        {
            var input = features;
            features = _blocks[i].Forward(input);
            input.Dispose();
            if (i + 1 == _blocks.Length || _blocks[i + 1].Stage != _blocks[i].Stage) { onModule?.Invoke($"backbone.layer{_blocks[i].Stage}"); }
        }

        return features;
    }
}

/// <summary>The convolutions of a block, added to its input.</summary>
sealed class ResidualBlock(WeightLoader weights, BackboneBlock shape)
{
    readonly ConvolutionNorm[] _path = [.. shape.Path.Select(convolution => new ConvolutionNorm(weights, convolution))];
    readonly ConvolutionNorm? _shortcut = shape.Shortcut is { } shortcut ? new(weights, shortcut) : null;

    internal int Stage => shape.Stage;

    internal Tensor Forward(Tensor input)
    {
        var output = _path[0].Forward(input);
        foreach (var next in _path.AsSpan(1))
        {
            using var activated = output.relu_();
            output = next.Forward(activated);
        }

        if (_shortcut is null) { return output.add_(input).relu_(); }
        using var identity = _shortcut.Forward(input);
        return output.add_(identity).relu_();
    }
}

/// <summary>A convolution and its frozen batch norm, applied apart as the original does.</summary>
sealed class ConvolutionNorm(WeightLoader weights, BackboneConvolution shape)
{
    readonly Tensor _filter = weights.LoadFilter($"{shape.Name}.weight");
    readonly (Tensor Scale, Tensor Shift) _norm = weights.LoadFrozenBatchNorm(shape.Norm);
    readonly long[] _stride = [shape.Stride, shape.Stride];
    readonly long[] _padding = [shape.Dilation * (shape.Kernel / 2), shape.Dilation * (shape.Kernel / 2)];
    readonly long[] _dilation = [shape.Dilation, shape.Dilation];

    internal Tensor Forward(Tensor input)
    {
        // Disposed one by one: a dispose scope would keep all three large tensors until its end.
        using var convolved = nn.functional.conv2d(input, _filter, null, _stride, _padding, _dilation);
        using var scaled = convolved.mul(_norm.Scale);
        convolved.Dispose();
        return scaled.add(_norm.Shift);
    }
}
