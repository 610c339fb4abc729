namespace DetrPerfLab.Models;

/// <summary>Turns the weights of a DETR into a TorchScript archive, which libtorch and PyTorch 2 load without any code of ours.</summary>
/// <remarks><c>forward(pixel_values float32 [N,3,H,W], pixel_mask int64 [N,H,W], 1 = image)</c> gives <c>(logits [N,Q,C+1], pred_boxes [N,Q,4])</c>, for every
/// size and padded batches. Same values as the original, laid out as a static graph allows: batch norm folded into the convolutions, channels innermost, tokens
/// as rows [N,S,hidden], queries and keys of an encoder layer as one product. Each part is a method of its own, so that its time can be taken. Source:
/// facebookresearch/detr@29901c5, models/detr.py, transformer.py, position_encoding.py, backbone.py.</remarks>
public static class DetrScript
{
    static readonly ImageSize s_usualSize = new(800, 1066);

    /// <summary>The methods of the backbone after its stem, in their order.</summary>
    public static IReadOnlyList<string> Stages { get; } = ["layer1", "layer2", "layer3", "layer4"];

    /// <summary>Writes the archive; <paramref name="int8"/> gives layers that compute in 8 bits.</summary>
    public static void Save(WeightStore weights, ScriptPrecision precision, string path, Int8Layers? int8 = null)
    {
        var module = new ScriptModuleWriter(folder: "detr", name: "Detr");
        var arithmetic = new ScriptArithmetic(precision);
        var codes = new ScriptCodes(module, arithmetic, int8);
        var (layers, convolutions) = (new ScriptLayers(module, weights, arithmetic, codes), new ScriptConvolutions(module, weights, arithmetic, codes));
        module.Method(
            "forward(self, pixel_values: Tensor, pixel_mask: Tensor) -> Tuple[Tensor, Tensor]",
            [
                "x = self.stem(pixel_values)",
                .. Stages.Select(stage => $"x = self.{stage}(x)"),
                "position, bias, = self.position(pixel_mask, x)",
                "memory = self.encoder(self.input_proj(x), position, bias)",
                "return self.heads(self.decoder(memory, position, bias))",
            ]);
        var (feature, size) = BackboneScript.Add(module, convolutions, layers.Config.Backbone, s_usualSize);
        PositionScript.Add(module, layers);
        module.Method(
            "input_proj(self, features: Tensor) -> Tensor",
            $"x = {convolutions.Convolution("input_proj", new("features", feature), size)}",
            "return torch.flatten(torch.permute(x, [0, 2, 3, 1]), 1, 2)"); // channels are innermost already: nothing moves
        TransformerScript.Add(module, layers);
        AddHeads(module, layers);
        AtomicFile.Write(path, module.Save);
    }

    static void AddHeads(ScriptModuleWriter module, ScriptLayers layers)
    {
        var last = layers.Config.BoxHeadLayers - 1;
        module.Method(
            "heads(self, x: Tensor) -> Tuple[Tensor, Tensor]",
            [
                $"logits = {layers.HeadLinear("heads.class", "x", "class_embed")}",
                .. Enumerable.Range(0, last).Select(i => $"x = torch.relu_({layers.HeadLinear($"heads.bbox{i}", "x", $"bbox_embed.layers.{i}")})"),
                $"return (logits, torch.sigmoid({layers.HeadLinear($"heads.bbox{last}", "x", $"bbox_embed.layers.{last}")}))",
            ]);
    }
}

/// <summary>What a scripted model's layers compute in, and how.</summary>
public enum ScriptPrecision
{
    Float32,
    Int8Dynamic, // linear layers of the transformer: weights with a scale a row, activations quantised at each call; convolutions, attention products and heads stay float32
    Float32Fused, // through oneDNN's operators: weights packed when the archive is loaded, relu and residual computed with the layer before them
    BFloat16Fused, // the same; heads stay float32
}

/// <summary>What a precision implies.</summary>
public static class ScriptPrecisions
{
    extension(ScriptPrecision precision)
    {
        /// <summary>Whether layers go through oneDNN's own operators.</summary>
        public bool IsFused => precision is ScriptPrecision.Float32Fused or ScriptPrecision.BFloat16Fused;
    }
}
