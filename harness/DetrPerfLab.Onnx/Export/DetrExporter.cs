namespace DetrPerfLab.Onnx;

/// <summary>What can be chosen when a DETR becomes an ONNX model. Written into the model's metadata.</summary>
public sealed record ExportOptions
{
    /// <summary>Whether the model takes <c>pixel_mask</c>, which batches of unequal images need. Without it the graph is simpler and a little faster.</summary>
    public bool PixelMask { get; init; } = true;

    /// <summary>
    /// Whether attention is an operator of ONNX Runtime's own (domain com.microsoft): faster there, and unknown to other runtimes. The mask is a column of queries and keys then, for with a mask
    /// beside them the operator computes another, slower way.
    /// </summary>
    public bool OrtOperators { get; init; }

    /// <summary>
    /// Whether the inner tensors that locate a difference to another implementation become outputs, in the original's layout:
    /// <c>backbone_feature</c> [N,C,h,w], <c>position_encoding</c> and <c>encoder_memory</c> [N,hidden,h,w].
    /// </summary>
    public bool StageOutputs { get; init; }
}

/// <summary>Turns the weights of a DETR, or of a classifier (<see cref="ClassifierExporter"/>), into an ONNX model.</summary>
/// <remarks>
/// Inputs <c>pixel_values</c> float32 [N,3,H,W] and, by option, <c>pixel_mask</c> int64 [N,H,W] (1 = image); outputs <c>logits</c> [N,Q,C+1]
/// before softmax and <c>pred_boxes</c> [N,Q,4] (cx, cy, w, h in 0..1). N, H and W are dynamic.
/// Same values as the original, but laid out for speed: batch norm folded into the convolutions; tokens kept as rows [N*L, hidden] so that each linear
/// layer is one Gemm with its bias; the attention scale folded into the query projection; what depends on weights alone computed here (<see cref="DecoderConstants"/>).
/// Source: facebookresearch/detr@29901c5, models/detr.py, transformer.py, position_encoding.py, backbone.py.
/// </remarks>
public static class DetrExporter
{
    const int Opset = 17; // the oldest with LayerNormalization as one operator
    const string ProducerVersion = "1"; // raised when an export of the same weights may compute different bits than before

    /// <summary>Builds the model from a complete state dict under the official names.</summary>
    /// <exception cref="LabException">A weight is missing or has another shape than the configuration says, or no such ResNet exists.</exception>
    public static ModelProto Export(WeightStore weights, ExportOptions options)
    {
        if (weights.Model is ClassifierConfig) { return Classifier(weights); }
        Check(weights);
        var config = weights.Config;
        var builder = new GraphBuilder(config.Name, Opset);
        var pixels = builder.Input("pixel_values", DataType.Float, "N", 3, "H", "W");
        var mask = options.PixelMask ? builder.Input("pixel_mask", DataType.Int64, "N", "H", "W") : null;
        builder.Output("logits", DataType.Float, "N", config.Queries, config.Classes + 1);
        builder.Output("pred_boxes", DataType.Float, "N", config.Queries, 4);

        var context = new ExportContext(builder, weights, options.OrtOperators);
        var transformer = new TransformerExport(context);
        var feature = BackboneExport.Add(context, config.Backbone, pixels);
        var map = transformer.AddInputProjection(feature);
        var position = PositionExport.Add(context, map, mask);
        var memory = transformer.AddEncoder(map, position);
        AddHeads(context, transformer.AddDecoder(memory, position));
        if (options.StageOutputs) { AddStages(builder, config, feature, map, position.Rows, memory); }

        var model = builder.Build();
        Stamp(model, weights, "detr");
        model.SetMetadata("detrlab.config", string.Join(' ',
            $"backbone=resnet{config.BackboneDepth}", $"dilation={(config.Dilation ? 1 : 0)}", $"hidden={config.HiddenDim}", $"heads={config.Heads}",
            $"encoder={config.EncoderLayers}", $"decoder={config.DecoderLayers}", $"feed_forward={(config.FeedForwardDims is { } dims ? string.Join(',', dims) : config.FeedForwardDim)}",
            $"queries={config.Queries}", $"classes={config.Classes}"));
        model.SetMetadata("detrlab.export", $"pixel_mask={(options.PixelMask ? 1 : 0)} stage_outputs={(options.StageOutputs ? 1 : 0)} opset={Opset}{(options.OrtOperators ? " ort_operators=1" : "")}");
        return model;
    }

    /// <summary>What pictures become for torchvision's classifiers, in the keys of <c>preprocessor_config.json</c>: the shorter side to 256, the middle 224x224 of it.</summary>
    public const string ClassifierPicture = """{"do_resize":true,"size":{"shortest_edge":256},"resample":2,"do_center_crop":true,"crop_size":{"height":224,"width":224},"do_rescale":true,"rescale_factor":0.00392156862745098,"do_normalize":true,"image_mean":[0.485,0.456,0.406],"image_std":[0.229,0.224,0.225]}""";

    static ModelProto Classifier(WeightStore weights)
    {
        var model = ClassifierExporter.Export(weights, Opset);
        Stamp(model, weights, "classifier");
        model.SetMetadata("detrlab.preprocessor", ClassifierPicture);
        model.SetMetadata("detrlab.config", weights.Model switch
        {
            ResNetConfig resnet => $"resnet{resnet.Depth} classes={resnet.Classes}",
            VitConfig vit => $"patch={vit.Patch} grid={vit.Grid} hidden={vit.Hidden} layers={vit.Layers} heads={vit.Heads} feed_forward={vit.FeedForward} classes={vit.Classes}",
            _ => null,
        });
        model.SetMetadata("detrlab.export", $"opset={Opset}");
        return model;
    }

    static void Stamp(ModelProto model, WeightStore weights, string family)
    {
        model.ProducerVersion = ProducerVersion;
        model.SetMetadata("detrlab.model", weights.Model.Name);
        model.SetMetadata("detrlab.family", family);
        model.SetMetadata("detrlab.source", weights.Source);
        model.SetMetadata("detrlab.source_sha256", weights.Sha256);
    }

    static void Check(WeightStore weights)
    {
        var config = weights.Config;
        if (!ResNetShape.Depths.Contains(config.BackboneDepth))
        {
            throw Refuse($"a ResNet of {config.BackboneDepth} layers", string.Join(", ", ResNetShape.Depths));
        }

        if (config.HiddenDim % config.Heads != 0 || config.HiddenDim % 4 != 0)
        {
            throw Refuse($"hidden size {config.HiddenDim} with {config.Heads} heads", "a multiple of 4 and of the number of heads");
        }

        if (config.DecoderLayers < 1 || config.BoxHeadLayers < 1) { throw Refuse("no decoder or box head", "at least one layer of each"); }

        foreach (var spec in DetrStateDict.Describe(config))
        {
            if (!weights.TryGet(spec.Name, out var tensor)) { throw Refuse($"no weight '{spec.Name}'", "a complete state dict"); }
            if (!tensor.Shape.SequenceEqual(spec.Shape) || tensor.Data.Length != spec.Count)
            {
                throw Refuse($"'{spec.Name}' of shape [{string.Join(',', tensor.Shape)}]", $"[{string.Join(',', spec.Shape)}]");
            }
        }

        LabException Refuse(string found, string needed) =>
            LabError.BadInput($"Model '{config.Name}' cannot be exported: found {found}, needed {needed}. Check the checkpoint and its configuration.");
    }

    /// <summary>Class and box of each query [N*Q, hidden], of the last decoder layer only.</summary>
    static void AddHeads(ExportContext context, string target)
    {
        var (graph, config) = (context.Graph, context.Config);
        var logits = context.Linear("class_embed", target, context.Linear("class_embed"));
        graph.Node("Reshape", "class_embed.queries", [logits, graph.Constant(-1, config.Queries, config.Classes + 1)], output: "logits");

        var x = target;
        for (var i = 0; i < config.BoxHeadLayers; i++)
        {
            x = context.Linear($"bbox_embed.{i}", x, context.Linear($"bbox_embed.layers.{i}"));
            if (i < config.BoxHeadLayers - 1) { x = graph.Node("Relu", $"bbox_embed.{i}.relu", [x]); }
        }

        x = graph.Node("Sigmoid", "bbox_embed.sigmoid", [x]);
        graph.Node("Reshape", "bbox_embed.queries", [x, graph.Constant(-1, config.Queries, 4)], output: "pred_boxes");
    }

    /// <summary>From rows [N*h*w, hidden] back to the original's [N, hidden, h, w].</summary>
    static void AddStages(GraphBuilder builder, DetrConfig config, string feature, string map, string position, string memory)
    {
        using var _ = builder.Module("stages");
        builder.Node("Identity", "backbone_feature", [feature], output: "backbone_feature");
        builder.Output("backbone_feature", DataType.Float, "N", config.Backbone.Channels, "h", "w");
        var shape = builder.Shape("map_shape", map, 0, 4);
        foreach (var (name, rows) in new[] { ("position_encoding", position), ("encoder_memory", memory) })
        {
            var nhwc = builder.Node("Reshape", $"{name}.map", [rows, shape]);
            builder.Node("Transpose", name, [nhwc], n => n.Set("perm", 0, 3, 1, 2), output: name);
            builder.Output(name, DataType.Float, "N", config.HiddenDim, "h", "w");
        }
    }
}
