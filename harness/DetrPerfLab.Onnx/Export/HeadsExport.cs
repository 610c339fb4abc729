namespace DetrPerfLab.Onnx;

/// <summary>Class and box of each query, of the last decoder layer only.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/detr.py (DETR.forward, MLP).</remarks>
static class HeadsExport
{
    /// <summary>Adds the model's outputs from the queries [N*Q, hidden].</summary>
    internal static void Add(ExportContext context, string target)
    {
        var (graph, config) = (context.Graph, context.Config);
        var logits = context.Linear("class_embed", target, context.Linear("class_embed"));
        graph.Node("Reshape", "class_embed.queries", [logits, graph.Constant(-1, config.Queries, config.Classes + 1)], output: "logits");

        var x = target;
        for (var i = 0; i < config.BoxHeadLayers; i++)
        {
            x = context.Linear($"bbox_embed.{i}", x, context.Linear($"bbox_embed.layers.{i}"));
            if (i < config.BoxHeadLayers - 1) { x = graph.Relu($"bbox_embed.{i}.relu", x); }
        }

        x = graph.Node("Sigmoid", "bbox_embed.sigmoid", [x]);
        graph.Node("Reshape", "bbox_embed.queries", [x, graph.Constant(-1, config.Queries, 4)], output: "pred_boxes");
    }
}
