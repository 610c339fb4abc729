namespace DetrPerfLab.Onnx;

/// <summary>The ResNet, each batch norm folded into its convolution.</summary>
/// <remarks>
/// An activation is named after its convolution, since ONNX Runtime gives the fused node the activation's name.
/// Source: torchvision's resnet.py as of 0.14 (stride in the 3x3 convolution).
/// </remarks>
static class BackboneExport
{
    const string Body = "backbone.0.body";

    /// <summary>Gives the feature [N, C, ceil(H/32), ceil(W/32)]; 1/16 with dilation.</summary>
    internal static string Add(ExportContext context, string pixels)
    {
        var graph = context.Graph;
        using var _ = graph.Module("backbone");
        var x = graph.Node("Relu", "conv1.relu", [Conv(context, "conv1", pixels, "conv1", "bn1", stride: 2)]);
        x = graph.Node("MaxPool", "maxpool", [x], n => n.Set("kernel_shape", 3, 3).Set("pads", 1, 1, 1, 1).Set("strides", 2, 2));
        for (var stage = 0; stage < 4; stage++)
        {
            var dilated = stage == 3 && context.Config.Dilation;
            for (var block = 0; block < context.Config.BackboneBlocks[stage]; block++)
            {
                var stride = block == 0 && stage > 0 && !dilated ? 2 : 1;
                // As torchvision does it, the first block of a dilated stage keeps the dilation of the stage before.
                var dilation = dilated && block > 0 ? 2 : 1;
                x = AddBlock(context, $"layer{stage + 1}.{block}", x, stride, dilation);
            }
        }

        return x;
    }

    static string AddBlock(ExportContext context, string name, string x, int stride, int dilation)
    {
        var graph = context.Graph;
        using var _ = graph.Module(name);
        string Part(string input, int index, int stride = 1, int dilation = 1) =>
            Conv(context, $"conv{index}", input, $"{name}.conv{index}", $"{name}.bn{index}", stride, dilation);

        string y;
        if (context.Config.Bottleneck)
        {
            y = graph.Node("Relu", "conv1.relu", [Part(x, 1)]);
            y = graph.Node("Relu", "conv2.relu", [Part(y, 2, stride, dilation)]);
            y = Part(y, 3);
        }
        else
        {
            y = graph.Node("Relu", "conv1.relu", [Part(x, 1, stride)]);
            y = Part(y, 2);
        }

        var shortcut = context.Weights.TryGet($"{Body}.{name}.downsample.0.weight", out var _)
            ? Conv(context, "downsample", x, $"{name}.downsample.0", $"{name}.downsample.1", stride)
            : x;
        return graph.Node("Relu", "relu", [graph.Node("Add", "add", [y, shortcut])]);
    }

    static string Conv(ExportContext context, string module, string x, string conv, string norm, int stride, int dilation = 1)
    {
        var graph = context.Graph;
        var weight = context.Weights[$"{Body}.{conv}.weight"];
        var (folded, bias) = FrozenBatchNorm.Fold(context.Weights, weight, $"{Body}.{norm}");
        var kernel = (int)weight.Shape[2];
        using var _ = graph.Module(module);
        return graph.Conv("", x, graph.Weight<float>("weight", [.. weight.Shape], folded), graph.Weight<float>("bias", [bias.Length], bias),
            kernel, stride, kernel / 2 * dilation, dilation);
    }
}
