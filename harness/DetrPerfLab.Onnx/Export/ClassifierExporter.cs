namespace DetrPerfLab.Onnx;

/// <summary>Writes a classifier as an ONNX model: <c>pixel_values</c> float32 [N,3,H,W] to <c>logits</c> float32 [N,C], N, H and W dynamic.</summary>
/// <remarks>Batch norm folded; GELU as the five operators that ONNX Runtime fuses. Source: pytorch/vision 0.14, torchvision/models/resnet.py and vision_transformer.py.</remarks>
static class ClassifierExporter
{
    internal static ModelProto Export(WeightStore weights, int opset)
    {
        var config = (ClassifierConfig)weights.Model;
        var builder = new GraphBuilder(config.Name, opset);
        var pixels = builder.Input("pixel_values", DataType.Float, "N", 3, "H", "W");
        builder.Output("logits", DataType.Float, "N", config.Classes);
        var context = new ExportContext(builder, weights);
        switch (config)
        {
            case ResNetConfig resnet: AddResNet(context, resnet, pixels); break;
            case VitConfig vit: AddVit(context, vit, pixels); break;
        }

        return builder.Build();
    }

    static void AddResNet(ExportContext context, ResNetConfig config, string pixels)
    {
        var graph = context.Graph;
        var features = BackboneExport.Add(context, config.Shape, pixels);
        var rows = graph.Node("Flatten", "pool.flatten", [graph.Node("GlobalAveragePool", "pool", [features])], n => n.Set("axis", 1));
        Head(context, rows, "fc");
    }

    static void AddVit(ExportContext context, VitConfig config, string pixels)
    {
        var graph = context.Graph;
        var x = Embed(context, config, pixels);
        var shape = graph.Shape("encoder.shape", x, 0, 3); // [N, tokens, hidden]
        var tokens = graph.Concat("encoder.tokens_shape", 0, graph.Shape("encoder.batch", x, 0, 2), graph.Constant(config.Heads, config.Hidden / config.Heads));
        x = graph.Reshape("encoder.rows", x, -1, config.Hidden);
        for (var i = 0; i < config.Layers; i++)
        {
            using var _ = graph.Module($"encoder.{i}");
            var source = VitConfig.Layer(i);
            x = graph.Node("Add", "add1", [x, SelfAttention(context, config, Norm(context, config, "ln_1", x, $"{source}.ln_1"), $"{source}.self_attention", tokens)]);
            var inner = context.Linear("mlp.linear1", Norm(context, config, "ln_2", x, $"{source}.ln_2"), context.Linear($"{source}.mlp.0"));
            x = graph.Node("Add", "add2", [x, context.Linear("mlp.linear2", Gelu(graph, inner), context.Linear($"{source}.mlp.3"))]);
        }

        // Only the class token is read: the norm of the others is left out.
        var first = graph.Gather("head.token", graph.Node("Reshape", "head.tokens", [x, shape]), graph.Scalar(0L), axis: 1);
        Head(context, Norm(context, config, "encoder.ln", first, "encoder.ln"), "heads.head");
    }

    /// <summary>Patches, the class token before them, and positions: those of the grid that was trained, interpolated to the picture's.</summary>
    static string Embed(ExportContext context, VitConfig config, string pixels)
    {
        var graph = context.Graph;
        using var _ = graph.Module("embeddings");
        var (weight, bias) = (graph.Weight("patch.weight", context.Weights["conv_proj.weight"]), graph.Weight("patch.bias", context.Weights["conv_proj.bias"]));
        var patches = graph.Node("Conv", "patch", [pixels, weight, bias], n => n
            .Set("dilations", 1, 1).Set("group", 1).Set("kernel_shape", config.Patch, config.Patch).Set("pads", 0, 0, 0, 0).Set("strides", config.Patch, config.Patch));
        var learnt = context.Weights["encoder.pos_embedding"].Data;
        var (cells, hidden) = (config.Grid * config.Grid, config.Hidden);
        var grid = new float[cells * hidden]; // [hidden, grid, grid]
        for (var cell = 0; cell < cells; cell++)
        {
            for (var c = 0; c < hidden; c++) { grid[(c * cells) + cell] = learnt[((cell + 1) * hidden) + c]; }
        }

        var positions = graph.Weight<float>("positions", [1, hidden, config.Grid, config.Grid], grid);
        var sizes = graph.Concat("grid_sizes", 0, graph.Constant(1, hidden), graph.Shape("grid", patches, 2, 4));
        // As torch.nn.functional.interpolate(mode="bicubic", align_corners=True) does it.
        var placed = graph.Node("Resize", "positions.resized", [positions, "", "", sizes], n => n
            .Set("mode", "cubic").Set("coordinate_transformation_mode", "align_corners").Set("cubic_coeff_a", -0.75f));
        var rows = graph.Transpose("patches", graph.Node("Reshape", "flat", [graph.Node("Add", "add", [patches, placed]), graph.Constant(0, hidden, -1)]), 0, 2, 1);
        var token = context.Weights["class_token"].Data.Zip(learnt[..hidden], (t, p) => t + p).ToArray();
        var first = graph.Node("Expand", "class_token.batch", [graph.Weight<float>("class_token", [1, 1, hidden], token), graph.Concat("class_token.shape", 0, graph.Shape("batch", patches, 0, 1), graph.Constant(1, hidden))]);
        return graph.Concat("tokens", 1, first, rows);
    }

    static string SelfAttention(ExportContext context, VitConfig config, string x, string source, string tokens)
    {
        var graph = context.Graph;
        using var _ = graph.Module("self_attn");
        string Split(string name, LinearWeights linear) => graph.Node("Reshape", $"{name}.tokens", [context.Linear(name, x, linear), tokens]);
        var query = graph.Transpose("q.heads", Split("q", context.ScaledQuery(source, config.Heads)), 0, 2, 1, 3);
        var key = graph.Transpose("k.heads", Split("k", context.InProjection(source, 1)), 0, 2, 3, 1);
        var value = graph.Transpose("v.heads", Split("v", context.InProjection(source, 2)), 0, 2, 1, 3);
        var weighted = graph.Node("MatMul", "context", [graph.Softmax("softmax", graph.Node("MatMul", "scores", [query, key])), value]);
        return context.Linear("out", graph.Reshape("context.rows", graph.Transpose("context.tokens", weighted, 0, 2, 1, 3), -1, config.Hidden), context.Linear($"{source}.out_proj"));
    }

    static string Gelu(GraphBuilder graph, string x)
    {
        var erf = graph.Node("Erf", "mlp.gelu.erf", [graph.Node("Div", "mlp.gelu.scaled", [x, graph.Scalar(MathF.Sqrt(2))])]);
        var gate = graph.Node("Add", "mlp.gelu.gate", [erf, graph.Scalar(1f)]);
        return graph.Node("Mul", "mlp.gelu", [graph.Node("Mul", "mlp.gelu.product", [x, gate]), graph.Scalar(0.5f)]);
    }

    static string Norm(ExportContext context, VitConfig config, string module, string x, string source) => context.Norm(module, x, source, config.NormEpsilon);

    static void Head(ExportContext context, string rows, string source)
    {
        var graph = context.Graph;
        var (linear, classes) = (context.Linear(source), ((ClassifierConfig)context.Weights.Model).Classes);
        var weight = graph.Weight<float>($"{source}.weight", [linear.Inputs, classes], OnnxTensors.Transpose(linear.Weight, classes, linear.Inputs));
        graph.Node("Gemm", source, [rows, weight, graph.Weight<float>($"{source}.bias", [classes], linear.Bias)], output: "logits");
    }
}
