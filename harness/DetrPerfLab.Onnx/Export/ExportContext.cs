namespace DetrPerfLab.Onnx;

/// <summary>What every part of the export shares: the graph under construction and the weights, in the layout that the graph wants.</summary>
sealed class ExportContext(GraphBuilder graph, WeightStore weights, bool ortOperators = false)
{
    internal bool OrtOperators => ortOperators;
    internal GraphBuilder Graph => graph;
    internal WeightStore Weights => weights;
    internal DetrConfig Config => weights.Config;

    /// <summary>y = x W + b for rows x [rows, inputs]; <paramref name="module"/> becomes the node's name.</summary>
    internal string Linear(string module, string x, LinearWeights linear, bool withBias = true)
    {
        using var _ = graph.Module(module);
        var weight = graph.Weight<float>("weight", [linear.Inputs, linear.Outputs], OnnxTensors.Transpose(linear.Weight, linear.Outputs, linear.Inputs));
        return graph.Node("Gemm", "", withBias ? [x, weight, graph.Weight<float>("bias", [linear.Outputs], linear.Bias)] : [x, weight]);
    }

    internal string Norm(string module, string x, string source, float epsilon = 1e-5f)
    {
        using var _ = graph.Module(module);
        return graph.Node("LayerNormalization", "", [x, graph.Weight("weight", weights[$"{source}.weight"]), graph.Weight("bias", weights[$"{source}.bias"])],
            n => n.Set("axis", -1).Set("epsilon", epsilon));
    }

    internal LinearWeights Linear(string source) => new(weights[$"{source}.weight"].Data, weights[$"{source}.bias"].Data);

    /// <summary>One third of an attention's joint input projection: <paramref name="part"/> 0 query, 1 key, 2 value.</summary>
    internal LinearWeights InProjection(string source, int part)
    {
        var hidden = weights[$"{source}.in_proj_bias"].Data.Length / 3;
        return new LinearWeights(
            weights[$"{source}.in_proj_weight"].Data.AsSpan(part * hidden * hidden, hidden * hidden).ToArray(),
            weights[$"{source}.in_proj_bias"].Data.AsSpan(part * hidden, hidden).ToArray());
    }

    /// <summary>The query projection with the factor 1/sqrt(head size), which the original applies to its result.</summary>
    internal LinearWeights ScaledQuery(string source, int heads)
    {
        var linear = InProjection(source, 0);
        var factor = 1 / Math.Sqrt(linear.Outputs / heads);
        return new([.. linear.Weight.Select(w => (float)(w * factor))], [.. linear.Bias.Select(b => (float)(b * factor))]);
    }
}

/// <summary>Weight [outputs, inputs] and bias [outputs] of a linear layer, as PyTorch holds them.</summary>
sealed record LinearWeights(float[] Weight, float[] Bias)
{
    internal int Outputs => Bias.Length;
    internal int Inputs => Weight.Length / Bias.Length;

    /// <summary>One more output behind those of each head, the same for every x.</summary>
    internal LinearWeights WithColumn(int heads, float value)
    {
        var (size, wide) = (Outputs / heads, (Outputs / heads) + 1);
        var (weight, bias) = (new float[heads * wide * Inputs], new float[heads * wide]);
        for (var head = 0; head < heads; head++)
        {
            Weight.AsSpan(head * size * Inputs, size * Inputs).CopyTo(weight.AsSpan(head * wide * Inputs));
            Bias.AsSpan(head * size, size).CopyTo(bias.AsSpan(head * wide));
            bias[(head * wide) + size] = value;
        }

        return new(weight, bias);
    }

    /// <summary>W x + b in double precision.</summary>
    internal double[] Apply(double[] x)
    {
        var y = new double[Outputs];
        for (var r = 0; r < y.Length; r++)
        {
            var sum = (double)Bias[r];
            var row = Weight.AsSpan(r * Inputs, Inputs);
            for (var c = 0; c < row.Length; c++) { sum += row[c] * x[c]; }
            y[r] = sum;
        }

        return y;
    }
}
