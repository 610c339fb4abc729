namespace DetrPerfLab.Onnx;

/// <summary>Encoder and decoder, post-norm. Tokens are rows [N*L, hidden]; only attention sees them as [N, L, heads, head size].</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/transformer.py (forward_post of both layers) and torch.nn.MultiheadAttention.</remarks>
sealed class TransformerExport(ExportContext context)
{
    readonly GraphBuilder _graph = context.Graph;
    readonly int _hidden = context.Config.HiddenDim;
    readonly int _heads = context.Config.Heads;
    string _memoryTokens = ""; // the shape [N, h*w, heads, head size]

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
        _memoryTokens = _graph.Concat("tokens_shape", 0, _graph.Shape("batch", map, 0, 1), _graph.Constant(-1, _heads, _hidden / _heads));
        var x = _graph.Reshape("rows", map, -1, _hidden);
        for (var i = 0; i < context.Config.EncoderLayers; i++)
        {
            var source = $"transformer.encoder.layers.{i}";
            using var layer = _graph.Module($"{i}");
            var withPosition = _graph.Node("Add", "with_position", [x, position.Rows]);
            string attended;
            using (_graph.Module("self_attn"))
            {
                var query = MemoryTokens("q", context.Linear("q", withPosition, context.ScaledQuery($"{source}.self_attn", _heads)));
                var key = MemoryTokens("k", context.Linear("k", withPosition, context.InProjection($"{source}.self_attn", 1)));
                var value = MemoryTokens("v", context.Linear("v", x, context.InProjection($"{source}.self_attn", 2)));
                attended = Attend($"{source}.self_attn", query, key, value, position.MaskBias);
            }

            x = context.Norm("norm1", _graph.Node("Add", "add1", [x, attended]), $"{source}.norm1");
            x = FeedForward(x, source, index: 2);
        }

        return x;
    }

    /// <summary>Gives the last layer's normalised queries, [N*Q, hidden]. In the first layer only the attention to the memory is left to compute.</summary>
    internal string AddDecoder(string memory, PositionValues position)
    {
        using var _ = _graph.Module("decoder");
        var constants = new DecoderConstants(context);
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
                var attention = $"{source}.multihead_attn";
                var query = i > 0
                    ? QueryTokens("q", x, context.ScaledQuery(attention, _heads), constants)
                    : _graph.Weight<float>("first_query", [1, context.Config.Queries, _heads, _hidden / _heads], constants.FirstQuery());
                var key = MemoryTokens("k", context.Linear("k", memoryWithPosition, context.InProjection(attention, 1)));
                var value = MemoryTokens("v", context.Linear("v", memory, context.InProjection(attention, 2)));
                attended = Attend(attention, query, key, value, position.MaskBias);
            }

            x = context.Norm("norm2", _graph.Node("Add", "add2", [x, attended]), $"{source}.norm2");
            x = FeedForward(x, source, index: 3);
        }

        return context.Norm("norm", x, "transformer.decoder.norm");
    }

    string SelfAttention(string x, string source, DecoderConstants constants)
    {
        using var _ = _graph.Module("self_attn");
        var query = QueryTokens("q", x, context.ScaledQuery(source, _heads), constants);
        var key = QueryTokens("k", x, context.InProjection(source, 1), constants);
        var value = _graph.Reshape("v.tokens", context.Linear("v", x, context.InProjection(source, 2)), -1, context.Config.Queries, _heads, _hidden / _heads);
        return Attend(source, query, key, value, maskBias: null);
    }

    /// <summary>W (x + query position) + b, as W x plus a constant for each query.</summary>
    string QueryTokens(string name, string x, LinearWeights linear, DecoderConstants constants)
    {
        var queries = context.Config.Queries;
        var tokens = _graph.Reshape($"{name}.tokens", context.Linear(name, x, linear, withBias: false), -1, queries, _heads, _hidden / _heads);
        var position = _graph.Weight<float>($"{name}.position", [queries, _heads, _hidden / _heads], constants.Project(linear));
        return _graph.Node("Add", $"{name}.with_position", [tokens, position]);
    }

    string MemoryTokens(string name, string rows) => _graph.Node("Reshape", $"{name}.tokens", [rows, _memoryTokens]);

    /// <summary>softmax(q k^T + mask) v and the output projection: rows [N*L, hidden].</summary>
    /// <remarks><paramref name="query"/> [N,L,heads,head size], scaled; key and value [N,S,heads,head size].</remarks>
    string Attend(string source, string query, string key, string value, string? maskBias)
    {
        var scores = _graph.Node("MatMul", "scores", [_graph.Transpose("q.heads", query, 0, 2, 1, 3), _graph.Transpose("k.heads", key, 0, 2, 3, 1)]);
        if (maskBias is not null) { scores = _graph.Node("Add", "masked", [scores, maskBias]); }
        var weighted = _graph.Node("MatMul", "context", [_graph.Softmax("softmax", scores), _graph.Transpose("v.heads", value, 0, 2, 1, 3)]);
        var rows = _graph.Reshape("context.rows", _graph.Transpose("context.tokens", weighted, 0, 2, 1, 3), -1, _hidden);
        return context.Linear("out", rows, context.Linear($"{source}.out_proj"));
    }

    string FeedForward(string x, string source, int index)
    {
        var inner = _graph.Node("Relu", "linear1.relu", [context.Linear("linear1", x, context.Linear($"{source}.linear1"))]);
        var outer = context.Linear("linear2", inner, context.Linear($"{source}.linear2"));
        return context.Norm($"norm{index}", _graph.Node("Add", $"add{index}", [x, outer]), $"{source}.norm{index}");
    }
}
