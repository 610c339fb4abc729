namespace DetrPerfLab.Models;

/// <summary>The ResNet, each batch norm folded into its convolution.</summary>
static class BackboneScript
{
    const int ChannelsLast = 2; // at::MemoryFormat

    internal static void Add(ScriptModuleWriter module, ScriptLayers layers, ResNetShape shape)
    {
        module.Method(
            "stem(self, pixel_values: Tensor) -> Tensor",
            $"x = torch.contiguous(pixel_values, memory_format={ChannelsLast})",
            $"x = torch.relu_({layers.ConvolutionNorm("x", shape.Stem)})",
            "return torch.max_pool2d(x, [3, 3], [2, 2], [1, 1], [1, 1], False)");
        foreach (var stage in shape.Blocks().GroupBy(block => DetrScript.Stages[block.Stage - 1]))
        {
            module.Method($"{stage.Key}(self, x: Tensor) -> Tensor", [.. stage.SelectMany(block => Lines(layers, block)), "return x"]);
        }
    }

    static IEnumerable<string> Lines(ScriptLayers layers, BackboneBlock block)
    {
        var input = "x";
        foreach (var convolution in block.Path.SkipLast(1))
        {
            yield return $"y = torch.relu_({layers.ConvolutionNorm(input, convolution)})";
            input = "y";
        }

        yield return $"y = {layers.ConvolutionNorm(input, block.Path[^1])}";
        if (block.Shortcut is { } shortcut) { yield return $"x = {layers.ConvolutionNorm("x", shortcut)}"; }
        yield return "x = torch.relu_(torch.add_(y, x))";
    }
}
