namespace DetrPerfLab.Models;

/// <summary>Class scores and boxes of each query.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/detr.py (class_embed, MLP of bbox_embed).</remarks>
static class HeadsScript
{
    internal static void Add(ScriptModuleWriter module, ScriptLayers layers)
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
