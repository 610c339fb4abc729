namespace DetrPerfLab.Models;

/// <summary>The ResNet, each batch norm folded into its convolution.</summary>
/// <remarks>Source: torchvision's resnet.py as of 0.14 (stride in the 3x3 convolution).</remarks>
static class BackboneScript
{
    const string Body = "backbone.0.body";
    const int ChannelsLast = 2; // at::MemoryFormat

    internal static void Add(ScriptModuleWriter module, ScriptLayers layers)
    {
        module.Method(
            "stem(self, pixel_values: Tensor) -> Tensor",
            $"x = torch.contiguous(pixel_values, memory_format={ChannelsLast})",
            $"x = torch.relu_({layers.ConvolutionNorm("backbone.conv1", "x", $"{Body}.conv1", $"{Body}.bn1", stride: 2, dilation: 1)})",
            "return torch.max_pool2d(x, [3, 3], [2, 2], [1, 1], [1, 1], False)");
        for (var stage = 0; stage < DetrScript.Stages.Count; stage++)
        {
            // DC5: the last stage keeps its resolution and spreads its filters instead. Its first block still has the dilation of the stage before.
            var dilated = stage == 3 && layers.Config.Dilation;
            var name = DetrScript.Stages[stage];
            module.Method(
                $"{name}(self, x: Tensor) -> Tensor",
                [
                    .. Enumerable.Range(0, layers.Config.BackboneBlocks[stage]).SelectMany(block => Block(
                        layers, $"{name}.{block}", stride: block == 0 && stage > 0 && !dilated ? 2 : 1, dilation: dilated && block > 0 ? 2 : 1)),
                    "return x",
                ]);
        }
    }

    static IEnumerable<string> Block(ScriptLayers layers, string name, int stride, int dilation)
    {
        if (layers.Config.Bottleneck)
        {
            yield return $"y = torch.relu_({Part(1, "x", 1, 1)})";
            yield return $"y = torch.relu_({Part(2, "y", stride, dilation)})";
            yield return $"y = {Part(3, "y", 1, 1)}";
        }
        else
        {
            yield return $"y = torch.relu_({Part(1, "x", stride, dilation)})";
            yield return $"y = {Part(2, "y", 1, 1)}";
        }

        if (layers.Has($"{Body}.{name}.downsample.0.weight"))
        {
            yield return $"x = {layers.ConvolutionNorm($"backbone.{name}.downsample", "x", $"{Body}.{name}.downsample.0", $"{Body}.{name}.downsample.1", stride, dilation: 1)}";
        }

        yield return "x = torch.relu_(torch.add_(y, x))";

        string Part(int index, string x, int stride, int dilation) =>
            layers.ConvolutionNorm($"backbone.{name}.conv{index}", x, $"{Body}.{name}.conv{index}", $"{Body}.{name}.bn{index}", stride, dilation);
    }
}
