namespace DetrPerfLab.Models;

/// <summary>Turns the weights of a classifier into a TorchScript archive, which libtorch and PyTorch 2 load without any code of ours.</summary>
/// <remarks><c>forward(pixel_values float32 [N,3,H,W])</c> gives <c>logits [N,C]</c>, for every size that a ViT's patches divide. Batch norm folded into the convolutions, channels innermost,
/// queries, keys and values as one product, attention as one operator. Source: pytorch/vision 0.14, torchvision/models/resnet.py and vision_transformer.py.</remarks>
public static class ClassifierScript
{
    public static void Save(WeightStore weights, ScriptPrecision precision, string path, Int8Layers? int8 = null)
    {
        var module = new ScriptModuleWriter(folder: "classifier", name: "Classifier");
        var arithmetic = new ScriptArithmetic(precision);
        var codes = new ScriptCodes(module, arithmetic, int8);
        var layers = new ScriptLayers(module, weights, arithmetic, codes);
        switch (weights.Model)
        {
            case ResNetConfig resnet: Add(module, layers, new ScriptConvolutions(module, weights, arithmetic, codes), codes, resnet); break;
            case VitConfig when int8 is not null: throw LabError.Missing("Calibrated int8 in libtorch is for convolutions, and a vision transformer has but that of its patches. Take torch-int8-dynamic.");
            case VitConfig vit: Add(module, layers, vit); break;
            default: throw new ArgumentException($"No classifier is a {weights.Model.GetType().Name}.", nameof(weights));
        }

        AtomicFile.Write(path, module.Save);
    }

    static void Add(ScriptModuleWriter module, ScriptLayers layers, ScriptConvolutions convolutions, ScriptCodes codes, ResNetConfig config)
    {
        var (feature, _) = BackboneScript.Add(module, convolutions, config.Shape, new(224, 224));
        var mean = $"torch.mean({codes.Decoded(new("x", feature))}, [2, 3])";
        module.Method("head(self, x: Tensor) -> Tensor", $"return {layers.Arithmetic.ToFloat(layers.Linear("fc", mean, "fc"))}");
        module.Method("forward(self, pixel_values: Tensor) -> Tensor", ["x = self.stem(pixel_values)", .. DetrScript.Stages.Select(stage => $"x = self.{stage}(x)"), "return self.head(x)"]);
    }

    static void Add(ScriptModuleWriter module, ScriptLayers layers, VitConfig config)
    {
        var (size, epsilon) = (config.Hidden / config.Heads, config.NormEpsilon.ToString("R", CultureInfo.InvariantCulture));
        module.Method(
            "embed(self, pixel_values: Tensor) -> Tensor",
            $"x = torch.conv2d({layers.Arithmetic.FromFloat("pixel_values")}, {layers.Tensor("patches.weight", "conv_proj.weight")}, {layers.Tensor("patches.bias", "conv_proj.bias")}, [{config.Patch}, {config.Patch}], [0, 0], [1, 1], 1)",
            $"positions = {layers.Tensor("positions", "encoder.pos_embedding")}",
            $"grid = torch.reshape(torch.transpose(torch.slice(positions, 1, 1, {1 + (config.Grid * config.Grid)}, 1), 1, 2), [1, {config.Hidden}, {config.Grid}, {config.Grid}])",
            // The learnt grid, brought to the picture's own; the same where they are alike. Source: vision_transformer.py, interpolate_embeddings.
            "grid = torch.upsample_bicubic2d(grid, [torch.size(x, 2), torch.size(x, 3)], True, None, None)",
            $"first = torch.expand(torch.add({layers.Tensor("class_token", "class_token")}, torch.slice(positions, 1, 0, 1, 1)), [torch.size(x, 0), -1, -1])",
            "x = torch.transpose(torch.flatten(torch.add(x, grid), 2, 3), 1, 2)",
            "return torch.cat([first, x], 1)");
        for (var i = 0; i < config.Layers; i++)
        {
            var (path, source) = ($"layer{i}", VitConfig.Layer(i));
            module.Method(
                $"layer{i}(self, x: Tensor) -> Tensor",
                $"y = {layers.Norm($"{path}.ln_1", "x", $"{source}.ln_1", epsilon)}",
                $"y = torch.reshape({layers.Projection($"{path}.qkv", "y", $"{source}.self_attention", 0, count: 3)}, [torch.size(x, 0), -1, 3, {config.Heads}, {size}])",
                "q, k, v, = torch.unbind(torch.permute(y, [2, 0, 3, 1, 4]), 0)",
                "y = torch.flatten(torch.transpose(torch.scaled_dot_product_attention(q, k, v), 1, 2), 2, 3)",
                $"x = {layers.Linear($"{path}.out", "y", $"{source}.self_attention.out_proj", addend: "x")}",
                $"y = {layers.Norm($"{path}.ln_2", "x", $"{source}.ln_2", epsilon)}",
                $"y = torch.gelu({layers.Linear($"{path}.mlp0", "y", $"{source}.mlp.0")})",
                $"return {layers.Linear($"{path}.mlp3", "y", $"{source}.mlp.3", addend: "x")}");
        }

        module.Method(
            "head(self, x: Tensor) -> Tensor",
            $"x = {layers.Arithmetic.ToFloat(layers.Norm("ln", "torch.slice(x, 1, 0, 1, 1)", "encoder.ln", epsilon))}", // only the class token is read
            $"return torch.squeeze({layers.HeadLinear("head", "x", "heads.head")}, 1)");
        module.Method("forward(self, pixel_values: Tensor) -> Tensor", ["x = self.embed(pixel_values)", .. Enumerable.Range(0, config.Layers).Select(i => $"x = self.layer{i}(x)"), "return self.head(x)"]);
    }
}
