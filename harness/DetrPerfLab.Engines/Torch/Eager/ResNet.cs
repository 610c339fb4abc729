using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>ResNet with frozen batch norms, up to its last stage.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/backbone.py, and torchvision's resnet.py (IntermediateLayerGetter, layer4).</remarks>
sealed class ResNet
{
    const string Body = "backbone.0.body";
    static readonly long[] s_poolKernel = [3, 3];
    static readonly long[] s_poolStride = [2, 2];
    static readonly long[] s_poolPadding = [1, 1];

    readonly ConvolutionNorm _stem;
    readonly ResidualBlock[] _blocks;
    readonly IReadOnlyList<int> _blocksOfStage;

    public ResNet(WeightLoader weights)
    {
        var config = weights.Config;
        _blocksOfStage = config.BackboneBlocks;
        _stem = new(weights, $"{Body}.conv1", $"{Body}.bn1", kernel: 7, stride: 2);
        _blocks = [.. Enumerable.Range(0, 4).SelectMany(stage => Enumerable.Range(0, config.BackboneBlocks[stage]).Select(block =>
        {
            // DC5: the last stage keeps its resolution and spreads its filters instead. Its first block still has the dilation of the stage before.
            var dilated = config.Dilation && stage == 3;
            return new ResidualBlock(
                weights,
                $"{Body}.layer{stage + 1}.{block}",
                stride: block == 0 && stage > 0 && !dilated ? 2 : 1,
                dilation: dilated && block > 0 ? 2 : 1);
        }))];
    }

    /// <param name="images">[N, 3, H, W], normalised.</param>
    /// <param name="onModule">Called at the end of the stem and of each stage.</param>
    /// <returns>[N, channels, ceil(H/32), ceil(W/32)]; 1/16 with DC5.</returns>
    public Tensor Forward(Tensor images, Action<string>? onModule = null)
    {
        using var stem = _stem.Forward(images).relu_();
        var features = nn.functional.max_pool2d(stem, s_poolKernel, s_poolStride, s_poolPadding);
        stem.Dispose(); // the largest tensor of all
        onModule?.Invoke("backbone.stem");
        var next = 0;
        for (var stage = 1; stage <= _blocksOfStage.Count; stage++)
        {
            for (var end = next + _blocksOfStage[stage - 1]; next < end; next++)
            {
                var input = features;
                features = _blocks[next].Forward(input);
                input.Dispose();
            }

            onModule?.Invoke($"backbone.layer{stage}");
        }

        return features;
    }
}
