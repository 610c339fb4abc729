namespace DetrPerfLab.Onnx;

/// <summary>Multi-head attention over rows: projections, scores with the mask, weighted values, output projection. As standard operators, or as the one of ONNX Runtime.</summary>
/// <remarks>
/// Standard: heads are an axis, [N, L, heads, head size]. ONNX Runtime's: heads lie side by side, [N, L, hidden], and where keys may be padding, each head of queries and keys has one column
/// more, 1 for a query and the mask's bias for a key, so that their product adds the bias. Source: PyTorch, torch.nn.MultiheadAttention; onnxruntime 1.31, docs/ContribOperators.md.
/// </remarks>
sealed class AttentionExport
{
    readonly ExportContext _context;
    readonly GraphBuilder _graph;
    readonly string? _maskBias;
    readonly int _hidden, _heads, _size;
    readonly string _batch; // the shape [N]
    readonly string? _maskColumns; // [N, S, hidden + heads]: the mask's bias in the last column of each head, 0 in the others
    readonly Dictionary<int, string> _tokens = []; // the shape of a sequence by its width

    internal AttentionExport(ExportContext context, string map, string? maskBias)
    {
        (_context, _graph, _maskBias, _hidden, _heads) = (context, context.Graph, maskBias, context.Config.HiddenDim, context.Config.Heads);
        _size = _hidden / _heads;
        _batch = _graph.Shape("batch", map, 0, 1);
        if (!context.OrtOperators)
        {
            _tokens[_hidden] = _graph.Concat("tokens_shape", 0, _batch, _graph.Constant(-1, _heads, _size));
            return;
        }

        _tokens[_hidden] = _graph.Concat("tokens_shape", 0, _batch, _graph.Constant(-1, _hidden));
        if (maskBias is null) { return; }
        _tokens[_hidden + _heads] = _graph.Concat("wide_tokens_shape", 0, _batch, _graph.Constant(-1, _hidden + _heads));
        float[] last = [.. Enumerable.Range(0, _hidden + _heads).Select(i => i % (_size + 1) == _size ? 1f : 0f)];
        var rows = _graph.Node("Reshape", "mask_rows", [maskBias, _graph.Concat("mask_shape", 0, _batch, _graph.Constant(-1, 1))]);
        _maskColumns = _graph.Node("Mul", "mask_columns", [rows, _graph.Weight<float>("last_column", [_hidden + _heads], last)]);
    }

    bool IsWide => _maskColumns is not null;

    internal string MemoryQuery(string rows, string source) => Tokens("q", _context.Linear("q", rows, Wide(_context.ScaledQuery(source, _heads), 1, masked: true)), IsWide);

    internal string MemoryKey(string rows, string source)
    {
        var key = Tokens("k", _context.Linear("k", rows, Wide(_context.InProjection(source, 1), 0, masked: true)), IsWide);
        return IsWide ? _graph.Node("Add", "k.masked", [key, _maskColumns!]) : key;
    }

    internal string MemoryValue(string rows, string source) => Tokens("v", _context.Linear("v", rows, _context.InProjection(source, 2)), wide: false);

    internal string Query(string rows, string source, DecoderConstants constants, bool masked) => QueryTokens("q", rows, Wide(_context.ScaledQuery(source, _heads), 1, masked), constants);

    internal string Key(string rows, string source, DecoderConstants constants) => QueryTokens("k", rows, _context.InProjection(source, 1), constants);

    internal string Value(string rows, string source)
    {
        var value = _context.Linear("v", rows, _context.InProjection(source, 2));
        return _context.OrtOperators ? Tokens("v", value, wide: false) : _graph.Reshape("v.tokens", value, -1, _context.Config.Queries, _heads, _size);
    }

    /// <summary>The first layer's query to the memory, which no image changes.</summary>
    internal string FirstQuery(DecoderConstants constants)
    {
        var (values, queries) = (constants.FirstQuery(), _context.Config.Queries);
        if (!_context.OrtOperators) { return _graph.Weight<float>("first_query", [1, queries, _heads, _size], values); }
        var width = IsWide ? _size + 1 : _size;
        float[] wide = [.. Enumerable.Range(0, queries * _heads * width).Select(i => i % width == _size ? 1f : values[(i / width * _size) + (i % width)])];
        var shape = _graph.Concat("first_query_shape", 0, _batch, _graph.Constant(queries, _heads * width));
        return _graph.Node("Expand", "first_query.batch", [_graph.Weight<float>("first_query", [1, queries, _heads * width], wide), shape]);
    }

    /// <summary>softmax(q k^T + mask) v and the output projection: rows [N*L, hidden]. The query is scaled.</summary>
    internal string Attend(string source, string query, string key, string value, bool masked)
    {
        string weighted;
        if (_context.OrtOperators)
        {
            weighted = _graph.OrtNode("MultiHeadAttention", "context", [query, key, value], n => n.Set("num_heads", _heads).Set("scale", 1f));
        }
        else
        {
            var scores = _graph.Node("MatMul", "scores", [_graph.Transpose("q.heads", query, 0, 2, 1, 3), _graph.Transpose("k.heads", key, 0, 2, 3, 1)]);
            if (masked && _maskBias is not null) { scores = _graph.Node("Add", "masked", [scores, _maskBias]); }
            var heads = _graph.Node("MatMul", "context", [_graph.Softmax("softmax", scores), _graph.Transpose("v.heads", value, 0, 2, 1, 3)]);
            weighted = _graph.Transpose("context.tokens", heads, 0, 2, 1, 3);
        }

        return _context.Linear("out", _graph.Reshape("context.rows", weighted, -1, _hidden), _context.Linear($"{source}.out_proj"));
    }

    /// <summary>W (x + query position) + b, as W x plus a constant for each query.</summary>
    string QueryTokens(string name, string rows, LinearWeights linear, DecoderConstants constants)
    {
        var (queries, projected) = (_context.Config.Queries, _context.Linear(name, rows, linear, withBias: false));
        var tokens = _context.OrtOperators ? Tokens(name, projected, wide: linear.Outputs > _hidden) : _graph.Reshape($"{name}.tokens", projected, -1, queries, _heads, _size);
        ReadOnlySpan<long> shape = _context.OrtOperators ? [queries, linear.Outputs] : [queries, _heads, _size];
        return _graph.Node("Add", $"{name}.with_position", [tokens, _graph.Weight<float>($"{name}.position", shape, constants.Project(linear))]);
    }

    string Tokens(string name, string rows, bool wide) => _graph.Node("Reshape", $"{name}.tokens", [rows, _tokens[wide ? _hidden + _heads : _hidden]]);

    LinearWeights Wide(LinearWeights linear, float column, bool masked) => masked && IsWide ? linear.WithColumn(_heads, column) : linear;
}
