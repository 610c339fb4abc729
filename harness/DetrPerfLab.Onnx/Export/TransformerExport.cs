namespace DetrPerfLab.Onnx;

/// <summary>Encoder and decoder, post-norm. Tokens are rows [N*L, hidden]; only attention sees them as [N, L, heads, head size].</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/transformer.py (forward_post of both layers) and torch.nn.MultiheadAttention.</remarks>
sealed class TransformerExport(ExportContext context)
{
    readonly GraphBuilder _graph = context.Graph;
    readonly int _hidden = context.Config.HiddenDim;
    AttentionExport? _attention; // the encoder's, which knows the memory's shape

    /// <summary>1x1 convolution to the transformer's width: the map of features, [N, h, w, hidden].</summary>
    internal string AddInputProjection(string feature)
    {
        using var _ = _graph.Module("input_proj");
        var (weight, bias) = (_graph.Weight("weight", context.Weights["input_proj.weight"]), _graph.Weight("bias", context.Weights["input_proj.bias"]));
        var x = _graph.Conv("", feature, weight, bias, kernel: 1);
        return _graph.Transpose("nhwc", x, 0, 2, 3, 1); // ONNX Runtime joins this with its own change of layout after the last convolution.
    }

    /// <summary>Gives the memory, [N*h*w, hidden].</summary>
    internal string AddEncoder(string map, PositionValues position)
    {
        using var _ = _graph.Module("encoder");
        var attention = new AttentionExport(context, map, position.MaskBias);
        var x = _graph.Reshape("rows", map, -1, _hidden);
        for (var i = 0; i < context.Config.EncoderLayers; i++)
        {
            var source = $"transformer.encoder.layers.{i}";
            using var layer = _graph.Module($"{i}");
            var withPosition = _graph.Node("Add", "with_position", [x, position.Rows]);
            string attended;
            using (_graph.Module("self_attn"))
            {
                var query = attention.MemoryQuery(withPosition, $"{source}.self_attn");
                var (key, value) = (attention.MemoryKey(withPosition, $"{source}.self_attn"), attention.MemoryValue(x, $"{source}.self_attn"));
                attended = attention.Attend($"{source}.self_attn", query, key, value, masked: true);
            }

            x = context.Norm("norm1", _graph.Node("Add", "add1", [x, attended]), $"{source}.norm1");
            x = FeedForward(x, source, index: 2);
        }

        _attention = attention;
        return x;
    }

    /// <summary>Gives the last layer's normalised queries, [N*Q, hidden]. In the first layer only the attention to the memory is left to compute.</summary>
    internal string AddDecoder(string memory, PositionValues position)
    {
        using var _ = _graph.Module("decoder");
        var (attention, constants) = (_attention!, new DecoderConstants(context));
        var memoryWithPosition = _graph.Node("Add", "memory_with_position", [memory, position.Rows]);
        var x = _graph.Weight<float>("first_target", [1, _hidden], constants.FirstTarget());
        for (var i = 0; i < context.Config.DecoderLayers; i++)
        {
            var source = $"transformer.decoder.layers.{i}";
            using var layer = _graph.Module($"{i}");
            if (i > 0) { x = context.Norm("norm1", _graph.Node("Add", "add1", [x, SelfAttention(x, $"{source}.self_attn", constants)]), $"{source}.norm1"); }
            string attended;
            using (_graph.Module("cross_attn"))
            {
                var cross = $"{source}.multihead_attn";
                var query = i > 0 ? attention.Query(x, cross, constants, masked: true) : attention.FirstQuery(constants);
                attended = attention.Attend(cross, query, attention.MemoryKey(memoryWithPosition, cross), attention.MemoryValue(memory, cross), masked: true);
            }

            x = context.Norm("norm2", _graph.Node("Add", "add2", [x, attended]), $"{source}.norm2");
            x = FeedForward(x, source, index: 3);
        }

        return context.Norm("norm", x, "transformer.decoder.norm");
    }

    string SelfAttention(string x, string source, DecoderConstants constants)
    {
        using var _ = _graph.Module("self_attn");
        var (query, key) = (_attention!.Query(x, source, constants, masked: false), _attention.Key(x, source, constants));
        return _attention.Attend(source, query, key, _attention.Value(x, source), masked: false);
    }

    string FeedForward(string x, string source, int index)
    {
        var inner = _graph.Node("Relu", "linear1.relu", [context.Linear("linear1", x, context.Linear($"{source}.linear1"))]);
        var outer = context.Linear("linear2", inner, context.Linear($"{source}.linear2"));
        return context.Norm($"norm{index}", _graph.Node("Add", $"add{index}", [x, outer]), $"{source}.norm{index}");
    }
}
