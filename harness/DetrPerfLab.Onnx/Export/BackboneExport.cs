namespace DetrPerfLab.Onnx;

/// <summary>The ResNet, each batch norm folded into its convolution.</summary>
/// <remarks>An activation is named after its convolution, since ONNX Runtime gives the fused node the activation's name.</remarks>
static class BackboneExport
{
    /// <summary>Gives the feature [N, C, ceil(H/32), ceil(W/32)]; 1/16 with dilation.</summary>
    internal static string Add(ExportContext context, ResNetShape shape, string pixels)
    {
        var graph = context.Graph;
        using var _ = graph.Module("backbone");
        var x = graph.Node("Relu", "conv1.relu", [Conv(context, "conv1", pixels, shape.Stem)]);
        x = graph.Node("MaxPool", "maxpool", [x], n => n.Set("kernel_shape", 3, 3).Set("pads", 1, 1, 1, 1).Set("strides", 2, 2));
        return shape.Blocks().Aggregate(x, (input, block) => AddBlock(context, block, input));
    }

    static string AddBlock(ExportContext context, BackboneBlock block, string x)
    {
        var graph = context.Graph;
        using var _ = graph.Module(block.Name);
        var y = x;
        for (var i = 1; i <= block.Path.Count; i++)
        {
            y = Conv(context, $"conv{i}", y, block.Path[i - 1]);
            if (i < block.Path.Count) { y = graph.Node("Relu", $"conv{i}.relu", [y]); }
        }

        var shortcut = block.Shortcut is { } projection ? Conv(context, "downsample", x, projection) : x;
        return graph.Node("Relu", "relu", [graph.Node("Add", "add", [y, shortcut])]);
    }

    static string Conv(ExportContext context, string module, string x, BackboneConvolution shape)
    {
        var graph = context.Graph;
        var weight = context.Weights[$"{shape.Name}.weight"];
        var (folded, bias) = FrozenBatchNorm.Fold(context.Weights, weight, shape.Norm);
        using var _ = graph.Module(module);
        return graph.Conv("", x, graph.Weight<float>("weight", [.. weight.Shape], folded), graph.Weight<float>("bias", [bias.Length], bias),
            shape.Kernel, shape.Stride, shape.Kernel / 2 * shape.Dilation, shape.Dilation);
    }
}
