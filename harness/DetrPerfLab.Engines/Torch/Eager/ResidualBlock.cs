using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>A block of a ResNet: 1x1, 3x3, 1x1 (bottleneck) or two 3x3 (basic), added to its input.</summary>
/// <remarks>Source: torchvision, resnet.py: the stride and the dilation lie on a bottleneck's 3x3 and on a basic block's first 3x3.</remarks>
sealed class ResidualBlock
{
    readonly ConvolutionNorm[] _path;
    readonly ConvolutionNorm? _shortcut;

    public ResidualBlock(WeightLoader weights, string name, int stride, int dilation)
    {
        _path = weights.Config.Bottleneck
            ? [Part(1, kernel: 1), Part(2, kernel: 3, stride, dilation), Part(3, kernel: 1)]
            : [Part(1, kernel: 3, stride, dilation), Part(2, kernel: 3)];
        _shortcut = weights.Has($"{name}.downsample.0.weight")
            ? new(weights, $"{name}.downsample.0", $"{name}.downsample.1", kernel: 1, stride)
            : null;

        ConvolutionNorm Part(int index, int kernel, int stride = 1, int dilation = 1) =>
            new(weights, $"{name}.conv{index}", $"{name}.bn{index}", kernel, stride, dilation);
    }

    public Tensor Forward(Tensor input)
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
