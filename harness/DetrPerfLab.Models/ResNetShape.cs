namespace DetrPerfLab.Models;

/// <summary>A convolution and its batch norm, by their names in the state dict, for example <c>backbone.0.body.layer1.0.conv1</c> and <c>….bn1</c>.</summary>
public sealed record BackboneConvolution(string Name, string Norm, int Inputs, int Outputs, int Kernel, int Stride, int Dilation);

/// <summary>A residual block, for example <c>layer1.0</c>.</summary>
/// <param name="Stage">1 to 4.</param>
/// <param name="Path">In order, ReLU between: 1x1, 3x3, 1x1 (bottleneck) or two 3x3 (basic).</param>
/// <param name="Shortcut">Projects the block's input where its channels or its resolution change; null where it is added as it is.</param>
public sealed record BackboneBlock(int Stage, string Name, IReadOnlyList<BackboneConvolution> Path, BackboneConvolution? Shortcut);

/// <summary>A ResNet as data, a DETR's or a classifier's, so that state dict, eager model, TorchScript writer and exporter cannot disagree on it.</summary>
/// <param name="Depth">One of <see cref="Depths"/>: to 34 of basic blocks, from 50 on of bottlenecks.</param>
/// <param name="Dilation">DC5: the last stage is dilated instead of strided, so that features lie at 1/16 instead of 1/32.</param>
/// <param name="Prefix">What its names begin with in the state dict.</param>
/// <param name="Width">Channels of the stem; 64 in every published one.</param>
/// <param name="Inner">Of a pruned one: channels between the convolutions of its blocks, in order; null: as many as the width gives.</param>
/// <remarks>Source: facebookresearch/detr@29901c5, models/backbone.py, and torchvision's resnet.py as of 0.14: stride and dilation lie on a bottleneck's 3x3
/// and on a basic block's first 3x3. Torchvision dilates bottlenecks alone. Here a basic block's filters spread, too, wherever a stride before them was left out, so that trained weights see what they saw.</remarks>
public sealed record ResNetShape(int Depth, bool Dilation, string Prefix, int Width = 64, IReadOnlyList<int>? Inner = null)
{
    public static IReadOnlyList<int> Depths { get; } = [10, 18, 34, 50, 101, 152];

    public IReadOnlyList<int> BlocksOfStages => Depth switch
    {
        10 => [1, 1, 1, 1],
        18 => [2, 2, 2, 2],
        34 or 50 => [3, 4, 6, 3],
        101 => [3, 4, 23, 3],
        152 => [3, 8, 36, 3],
        _ => throw new InvalidOperationException($"No ResNet has depth {Depth}."),
    };

    public bool Bottleneck => Depth >= 50; // whether blocks are bottlenecks (1x1, 3x3, 1x1) rather than pairs of 3x3
    public int Channels => (Bottleneck ? 32 : 8) * Width; // of the last stage
    public BackboneConvolution Stem => new($"{Prefix}conv1", $"{Prefix}bn1", 3, Width, Kernel: 7, Stride: 2, Dilation: 1);

    public IEnumerable<BackboneBlock> Blocks()
    {
        var (inputs, at) = (Stem.Outputs, 0);
        int Next(int full) => Inner is null ? full : Inner[at++];
        for (var stage = 1; stage <= 4; stage++)
        {
            // DC5: the last stage keeps its resolution and spreads its filters instead. Its first block still has the dilation of the stage before.
            var dilated = Dilation && stage == 4;
            var width = Width / 2 << stage;
            for (var index = 0; index < BlocksOfStages[stage - 1]; index++)
            {
                var (stride, dilation) = (index == 0 && stage > 1 && !dilated ? 2 : 1, dilated && index > 0 ? 2 : 1);
                var block = Block(stage, index, inputs, width, Next(width), Bottleneck ? Next(width) : width, stride, dilation);
                yield return block;
                inputs = block.Path[^1].Outputs;
            }
        }
    }

    /// <summary>Adds every tensor, in the order of the official state dict.</summary>
    internal void Describe(List<WeightSpec> list)
    {
        Convolution(Stem);
        foreach (var block in Blocks())
        {
            foreach (var convolution in block.Path) { Convolution(convolution); }
            if (block.Shortcut is { } shortcut) { Convolution(shortcut); }
        }

        void Convolution(BackboneConvolution shape)
        {
            list.Add(new($"{shape.Name}.weight", [shape.Outputs, shape.Inputs, shape.Kernel, shape.Kernel]));
            foreach (var part in (ReadOnlySpan<string>)["weight", "bias", "running_mean", "running_var"]) { list.Add(new($"{shape.Norm}.{part}", [shape.Outputs])); }
        }
    }

    /// <param name="first">Channels after the first convolution.</param>
    /// <param name="second">After the second of a bottleneck.</param>
    BackboneBlock Block(int stage, int index, int inputs, int width, int first, int second, int stride, int dilation)
    {
        var name = $"layer{stage}.{index}";
        var outputs = Bottleneck ? 4 * width : width;
        return new(
            stage,
            name,
            Bottleneck
                ? [Part(1, inputs, first, 1), Part(2, first, second, 3, stride, dilation), Part(3, second, outputs, 1)]
                : [Part(1, inputs, first, 3, stride, dilation), Part(2, first, outputs, 3, dilation: Dilation && stage == 4 ? 2 : 1)],
            index == 0 && (stage > 1 || inputs != outputs)
                ? new($"{Prefix}{name}.downsample.0", $"{Prefix}{name}.downsample.1", inputs, outputs, Kernel: 1, stride, Dilation: 1)
                : null);

        BackboneConvolution Part(int part, int from, int to, int kernel, int stride = 1, int dilation = 1) =>
            new($"{Prefix}{name}.conv{part}", $"{Prefix}{name}.bn{part}", from, to, kernel, stride, dilation);
    }
}
