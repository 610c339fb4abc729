namespace DetrPerfLab.Models;

/// <summary>Encoder and decoder, post-norm. Tokens are rows [N, S, hidden]; only attention sees them as [N, heads, S, head size].</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/transformer.py (forward_post of both layers) and torch.nn.MultiheadAttention.</remarks>
static class TransformerScript
{
    static readonly string[] s_atOnce =
    [
        "q, k, v, = (self.split(query), self.split(key), self.split(value))",
        "if torch.eq(torch.numel(bias), 0):",
        "  x = torch.scaled_dot_product_attention(q, k, v, None, 0., False)",
        "else:",
        "  x = torch.scaled_dot_product_attention(q, k, v, bias, 0., False)",
    ];

    internal static void Add(ScriptModuleWriter module, ScriptLayers layers)
    {
        var config = layers.Config;
        module.Method(
            "encoder(self, x: Tensor, position: Tensor, bias: Tensor) -> Tensor",
            [.. Enumerable.Range(0, config.EncoderLayers).SelectMany(i => EncoderLayer(layers, $"encoder.{i}", $"transformer.encoder.layers.{i}")), "return x"]);
        module.Method(
            "decoder(self, memory: Tensor, position: Tensor, bias: Tensor) -> Tensor",
            [
                "keys = memory + position",
                $"queries = torch.expand({layers.Tensor("query_embed", "query_embed.weight")}, [torch.size(memory, 0), {config.Queries}, {config.HiddenDim}])",
                "x = torch.zeros_like(queries)",
                "none = torch.zeros([0])", // a query is never padding
                .. Enumerable.Range(0, config.DecoderLayers).SelectMany(i => DecoderLayer(layers, $"decoder.{i}", $"transformer.decoder.layers.{i}")),
                $"return {layers.Arithmetic.ToFloat(layers.Norm("decoder.norm", "x", "transformer.decoder.norm"))}",
            ]);
        // bias [N, 1, 1, S], empty where no key is padding: an image alone pays nothing for the mask.
        module.Method(
            "attend(self, query: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor",
            [.. layers.Arithmetic.Type == ScriptType.BFloat16 ? Explicit(config) : s_atOnce, "return torch.flatten(torch.transpose(x, 1, 2), 2)"]);
        module.Method(
            "split(self, x: Tensor) -> Tensor",
            $"return torch.transpose(torch.unflatten(x, 2, [{config.Heads}, {config.HiddenDim / config.Heads}]), 1, 2)");
    }

    static string[] Explicit(DetrConfig config) =>
    [
        $"q = torch.mul(self.split(query), {Math.Pow(config.HiddenDim / config.Heads, -0.5).ToString("R", CultureInfo.InvariantCulture)})",
        "scores = torch.matmul(q, torch.transpose(self.split(key), 2, 3))",
        "if torch.gt(torch.numel(bias), 0):",
        "  scores = torch.add_(scores, bias)",
        "else:",
        "  pass",
        "x = torch.matmul(torch.softmax(scores, 3, None), self.split(value))",
    ];

    static string[] EncoderLayer(ScriptLayers layers, string path, string source) =>
        [.. SelfAttention(layers, path, source, "x + position", "bias"), .. FeedForward(layers, path, source, "norm1", "norm2")];

    static string[] DecoderLayer(ScriptLayers layers, string path, string source)
    {
        var (cross, attention) = ($"{path}.cross_attn", $"{source}.multihead_attn");
        return
        [
            .. SelfAttention(layers, path, source, "x + queries", "none"),
            $"q = {layers.Projection($"{cross}.q", "x + queries", attention, 0)}",
            $"k = {layers.Projection($"{cross}.k", "keys", attention, 1)}",
            $"v = {layers.Projection($"{cross}.v", "memory", attention, 2)}",
            .. AddAttended(layers, cross, attention, "bias", $"{path}.norm2", $"{source}.norm2"),
            .. FeedForward(layers, path, source, "norm2", "norm3"),
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
        $"y = {layers.Linear($"{path}.out", $"self.attend(q, k, v, {bias})", $"{attention}.out_proj", addend: "x")}",
        $"x = {layers.Norm(norm, "y", normSource)}",
    ];

    static string[] FeedForward(ScriptLayers layers, string path, string source, string before, string norm) =>
        [.. layers.FeedForward(path, source, $"{path}.{before}"), $"x = {layers.Norm($"{path}.{norm}", "y", $"{source}.{norm}")}"];
}
