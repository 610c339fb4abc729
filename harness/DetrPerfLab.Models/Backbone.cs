namespace DetrPerfLab.Models;

/// <summary>A convolution and its batch norm, by their names in the state dict, for example <c>backbone.0.body.layer1.0.conv1</c> and <c>….bn1</c>.</summary>
public sealed record BackboneConvolution(string Name, string Norm, int Inputs, int Outputs, int Kernel, int Stride, int Dilation);

/// <summary>A residual block, for example <c>layer1.0</c>.</summary>
/// <param name="Stage">1 to 4.</param>
/// <param name="Path">In order, ReLU between: 1x1, 3x3, 1x1 (bottleneck) or two 3x3 (basic).</param>
/// <param name="Shortcut">Projects the block's input where its channels or its resolution change; null where it is added as it is.</param>
public sealed record BackboneBlock(int Stage, string Name, IReadOnlyList<BackboneConvolution> Path, BackboneConvolution? Shortcut);

/// <summary>The ResNet of a DETR as data, so that state dict, eager model and TorchScript writer cannot disagree on it.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/backbone.py, and torchvision's resnet.py as of 0.14: stride and dilation lie on a bottleneck's 3x3
/// and on a basic block's first 3x3.</remarks>
public static class Backbone
{
    const string Body = "backbone.0.body";

    public static BackboneConvolution Stem { get; } = new($"{Body}.conv1", $"{Body}.bn1", 3, 64, Kernel: 7, Stride: 2, Dilation: 1);

    public static IEnumerable<BackboneBlock> Blocks(DetrConfig config)
    {
        var inputs = Stem.Outputs;
        for (var stage = 1; stage <= 4; stage++)
        {
            // DC5: the last stage keeps its resolution and spreads its filters instead. Its first block still has the dilation of the stage before.
            var dilated = config.Dilation && stage == 4;
            var width = 32 << stage;
            for (var index = 0; index < config.BackboneBlocks[stage - 1]; index++)
            {
                var (stride, dilation) = (index == 0 && stage > 1 && !dilated ? 2 : 1, dilated && index > 0 ? 2 : 1);
                var block = Block(config, stage, index, inputs, width, stride, dilation);
                yield return block;
                inputs = block.Path[^1].Outputs;
            }
        }
    }

    static BackboneBlock Block(DetrConfig config, int stage, int index, int inputs, int width, int stride, int dilation)
    {
        var name = $"layer{stage}.{index}";
        var outputs = config.Bottleneck ? 4 * width : width;
        return new(
            stage,
            name,
            config.Bottleneck
                ? [Part(1, inputs, width, 1), Part(2, width, width, 3, stride, dilation), Part(3, width, outputs, 1)]
                : [Part(1, inputs, width, 3, stride, dilation), Part(2, width, outputs, 3)],
            index == 0 && (stage > 1 || inputs != outputs)
                ? new($"{Body}.{name}.downsample.0", $"{Body}.{name}.downsample.1", inputs, outputs, Kernel: 1, stride, Dilation: 1)
                : null);

        BackboneConvolution Part(int part, int from, int to, int kernel, int stride = 1, int dilation = 1) =>
            new($"{Body}.{name}.conv{part}", $"{Body}.{name}.bn{part}", from, to, kernel, stride, dilation);
    }
}
