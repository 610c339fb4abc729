namespace DetrPerfLab.Onnx;

/// <summary>What every part of the export shares: the graph under construction and the weights, in the layout that the graph wants.</summary>
sealed class ExportContext(GraphBuilder graph, WeightStore weights)
{
    internal GraphBuilder Graph => graph;

    internal WeightStore Weights => weights;

    internal DetrConfig Config => weights.Config;

    /// <summary>y = x W + b for rows x [rows, inputs]; <paramref name="module"/> becomes the node's name.</summary>
    internal string Linear(string module, string x, LinearWeights linear)
    {
        using var _ = graph.Module(module);
        var weight = graph.Weight<float>("weight", [linear.Inputs, linear.Outputs], linear.Transposed());
        return graph.Gemm("", x, weight, graph.Weight<float>("bias", [linear.Outputs], linear.Bias));
    }

    /// <summary>The same without the bias.</summary>
    internal string LinearWithoutBias(string module, string x, LinearWeights linear)
    {
        using var _ = graph.Module(module);
        return graph.Gemm("", x, graph.Weight<float>("weight", [linear.Inputs, linear.Outputs], linear.Transposed()), "");
    }

    /// <summary>Layer normalisation with the weights of <paramref name="source"/>.</summary>
    internal string Norm(string module, string x, string source)
    {
        using var _ = graph.Module(module);
        var (scale, bias) = (weights[$"{source}.weight"], weights[$"{source}.bias"]);
        return graph.LayerNormalization("", x,
            graph.Weight<float>("weight", [scale.Data.Length], scale.Data), graph.Weight<float>("bias", [bias.Data.Length], bias.Data));
    }

    /// <summary>A linear layer of the state dict.</summary>
    internal LinearWeights Linear(string source) => new(weights[$"{source}.weight"].Data, weights[$"{source}.bias"].Data);

    /// <summary>One third of an attention's joint input projection.</summary>
    /// <param name="source">The attention, for example <c>transformer.encoder.layers.0.self_attn</c>.</param>
    /// <param name="part">0 query, 1 key, 2 value.</param>
    internal LinearWeights InProjection(string source, int part)
    {
        var hidden = Config.HiddenDim;
        return new LinearWeights(
            weights[$"{source}.in_proj_weight"].Data.AsSpan(part * hidden * hidden, hidden * hidden).ToArray(),
            weights[$"{source}.in_proj_bias"].Data.AsSpan(part * hidden, hidden).ToArray());
    }

    /// <summary>The query projection with the factor 1/sqrt(head size), which the original applies to its result.</summary>
    internal LinearWeights ScaledQuery(string source) => InProjection(source, 0).Scale(1 / Math.Sqrt(Config.HiddenDim / Config.Heads));
}
