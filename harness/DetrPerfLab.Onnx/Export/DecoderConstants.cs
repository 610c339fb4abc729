namespace DetrPerfLab.Onnx;

/// <summary>What the decoder computes from weights alone, the same for every image: computed once here, in double precision.</summary>
/// <remarks>
/// The decoder starts from zeros. In the first self-attention every value is therefore the bias of the value projection, and so is each weighted mean of
/// them: after the output projection and norm1 all queries hold one and the same vector.
/// </remarks>
sealed class DecoderConstants(ExportContext context)
{
    const double Epsilon = 1e-5; // torch.nn.LayerNorm
    const string First = "transformer.decoder.layers.0";

    readonly float[] _queryEmbed = context.Weights["query_embed.weight"].Data;

    /// <summary>The state of every query after norm1 of the first layer, [hidden].</summary>
    internal float[] FirstTarget() => [.. FirstTargetExact().Select(v => (float)v)];

    /// <summary>The first layer's query of the attention to the memory, scaled, [Q, hidden].</summary>
    internal float[] FirstQuery() => Project(context.ScaledQuery($"{First}.multihead_attn", context.Config.Heads), FirstTargetExact());

    /// <summary>W position + b for each query, [Q, outputs].</summary>
    internal float[] Project(LinearWeights linear) => Project(linear, new double[context.Config.HiddenDim]);

    float[] Project(LinearWeights linear, double[] offset)
    {
        var hidden = context.Config.HiddenDim;
        var projected = new float[context.Config.Queries * linear.Outputs];
        Parallel.For(0, context.Config.Queries, query =>
        {
            var x = new double[hidden];
            for (var i = 0; i < hidden; i++) { x[i] = offset[i] + _queryEmbed[(query * hidden) + i]; }
            var y = linear.Apply(x);
            for (var i = 0; i < y.Length; i++) { projected[(query * y.Length) + i] = (float)y[i]; }
        });
        return projected;
    }

    double[] FirstTargetExact()
    {
        var x = context.Linear($"{First}.self_attn.out_proj").Apply([.. context.InProjection($"{First}.self_attn", 2).Bias.Select(v => (double)v)]);
        var mean = x.Average();
        var deviation = Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + Epsilon);
        var (scale, bias) = (context.Weights[$"{First}.norm1.weight"].Data, context.Weights[$"{First}.norm1.bias"].Data);
        return [.. x.Select((v, i) => ((v - mean) / deviation * scale[i]) + bias[i])];
    }
}
