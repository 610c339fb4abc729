namespace DetrPerfLab.Models;

/// <summary>Encoder and decoder, post-norm. Tokens are rows [N, S, hidden]; only attention sees them as [N, heads, S, head size].</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/transformer.py (forward_post of both layers) and torch.nn.MultiheadAttention.</remarks>
static class TransformerScript
{
    internal static void Add(ScriptModuleWriter module, ScriptLayers layers)
    {
        var config = layers.Config;
        module.Method(
            "input_proj(self, features: Tensor) -> Tensor",
            $"x = {layers.Convolution("input_proj", "features", "input_proj")}",
            "return torch.flatten(torch.permute(x, [0, 2, 3, 1]), 1, 2)"); // channels are innermost already: nothing moves
        module.Method(
            "encoder(self, x: Tensor, position: Tensor, bias: Tensor) -> Tensor",
            [.. Enumerable.Range(0, config.EncoderLayers).SelectMany(i => EncoderLayer(layers, $"encoder.{i}", $"transformer.encoder.layers.{i}")), "return x"]);
        module.Method(
            "decoder(self, memory: Tensor, position: Tensor, bias: Tensor) -> Tensor",
            [
                "keys = memory + position",
                $"queries = torch.expand({layers.Tensor("query_embed", "query_embed.weight")}, [torch.size(memory, 0), {config.Queries}, {config.HiddenDim}])",
                "x = torch.zeros_like(queries)",
                .. Enumerable.Range(0, config.DecoderLayers).SelectMany(i => DecoderLayer(layers, $"decoder.{i}", $"transformer.decoder.layers.{i}")),
                $"return {layers.Norm("decoder.norm", "x", "transformer.decoder.norm")}",
            ]);
        module.Method(
            "attend(self, query: Tensor, key: Tensor, value: Tensor, bias: Optional[Tensor]) -> Tensor",
            "x = torch.scaled_dot_product_attention(self.split(query), self.split(key), self.split(value), bias, 0., False)",
            "return torch.flatten(torch.transpose(x, 1, 2), 2)");
        module.Method(
            "split(self, x: Tensor) -> Tensor",
            $"return torch.transpose(torch.unflatten(x, 2, [{config.Heads}, {config.HiddenDim / config.Heads}]), 1, 2)");
    }

    static string[] EncoderLayer(ScriptLayers layers, string path, string source) =>
        [.. SelfAttention(layers, path, source, "x + position", "bias"), .. FeedForward(layers, path, source, "norm2")];

    static string[] DecoderLayer(ScriptLayers layers, string path, string source)
    {
        var (cross, attention) = ($"{path}.cross_attn", $"{source}.multihead_attn");
        return
        [
            .. SelfAttention(layers, path, source, "x + queries", "None"),
            $"q = {layers.Projection($"{cross}.q", "x + queries", attention, 0)}",
            $"k = {layers.Projection($"{cross}.k", "keys", attention, 1)}",
            $"v = {layers.Projection($"{cross}.v", "memory", attention, 2)}",
            .. AddAttended(layers, cross, attention, "bias", $"{path}.norm2", $"{source}.norm2"),
            .. FeedForward(layers, path, source, "norm3"),
        ];
    }

    /// <summary>Queries and keys come from one product, since they are made of the same tokens.</summary>
    static string[] SelfAttention(ScriptLayers layers, string path, string source, string placed, string bias)
    {
        var (own, attention) = ($"{path}.self_attn", $"{source}.self_attn");
        return
        [
            $"q, k, = torch.chunk({layers.Projection($"{own}.qk", placed, attention, 0, count: 2)}, 2, 2)",
            $"v = {layers.Projection($"{own}.v", "x", attention, 2)}",
            .. AddAttended(layers, own, attention, bias, $"{path}.norm1", $"{source}.norm1"),
        ];
    }

    static string[] AddAttended(ScriptLayers layers, string path, string attention, string bias, string norm, string normSource) =>
    [
        $"y = {layers.Linear($"{path}.out", $"self.attend(q, k, v, {bias})", $"{attention}.out_proj")}",
        $"x = {layers.Norm(norm, "x + y", normSource)}",
    ];

    static string[] FeedForward(ScriptLayers layers, string path, string source, string norm) =>
    [
        $"y = torch.relu_({layers.Linear($"{path}.linear1", "x", $"{source}.linear1")})",
        $"y = {layers.Linear($"{path}.linear2", "y", $"{source}.linear2")}",
        $"x = {layers.Norm($"{path}.{norm}", "x + y", $"{source}.{norm}")}",
    ];
}
