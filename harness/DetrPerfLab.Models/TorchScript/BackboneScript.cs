namespace DetrPerfLab.Models;

/// <summary>The ResNet, each batch norm folded into its convolution.</summary>
static class BackboneScript
{
    /// <summary>Images of all sizes run; weights are packed for those of <paramref name="size"/>. Gives the name and the size of its features.</summary>
    internal static (string Name, ImageSize Size) Add(ScriptModuleWriter module, ScriptConvolutions convolutions, ResNetShape shape, ImageSize size)
    {
        var (image, stem, pooled) = (new ScriptValue("pixel_values", "pixel_values"), new ScriptValue("x", "backbone.conv1.relu"), "backbone.maxpool");
        module.Method(
            "stem(self, pixel_values: Tensor) -> Tensor",
            $"x = {convolutions.Image(image)}",
            $"x = {convolutions.ConvolutionNorm(image with { Variable = "x" }, shape.Stem, size, stem.Name, relu: true)}",
            $"return {convolutions.MaxPool(stem, kernel: 3, stride: 2, pooled)}");
        size = Strided(Strided(size, shape.Stem.Stride), 2);
        var features = pooled;
        foreach (var stage in shape.Blocks().GroupBy(block => DetrScript.Stages[block.Stage - 1]))
        {
            var lines = new List<string>();
            foreach (var block in stage) { (features, size) = Add(lines, convolutions, block, features, size); }
            module.Method($"{stage.Key}(self, x: Tensor) -> Tensor", [.. lines, "return x"]);
        }

        return (features, size);
    }

    static (string Name, ImageSize Size) Add(List<string> lines, ScriptConvolutions convolutions, BackboneBlock block, string input, ImageSize size)
    {
        var (x, inner) = (new ScriptValue("x", input), size);
        var (y, output) = (x, $"backbone.{block.Name}.relu");
        foreach (var convolution in block.Path.SkipLast(1))
        {
            var relu = $"{ScriptConvolutions.PathOf(convolution.Name)}.relu";
            lines.Add($"y = {convolutions.ConvolutionNorm(y, convolution, inner, relu, relu: true)}");
            (y, inner) = (new("y", relu), Strided(inner, convolution.Stride));
        }

        if (block.Shortcut is { } shortcut)
        {
            var name = ScriptConvolutions.PathOf(shortcut.Name);
            lines.Add($"x = {convolutions.ConvolutionNorm(x, shortcut, size, name)}");
            x = x with { Name = name };
        }

        lines.Add($"x = {convolutions.ConvolutionNorm(y, block.Path[^1], inner, output, relu: true, addend: x)}");
        return (output, inner);
    }

    /// <summary>What a padded convolution, or the pooling, makes of an image.</summary>
    static ImageSize Strided(ImageSize size, int stride) => new((size.Height + stride - 1) / stride, (size.Width + stride - 1) / stride);
}
