namespace DetrPerfLab.Onnx;

/// <summary>Weight [outputs, inputs] and bias [outputs] of a linear layer, as PyTorch holds them.</summary>
sealed record LinearWeights(float[] Weight, float[] Bias)
{
    internal int Outputs => Bias.Length;

    internal int Inputs => Weight.Length / Bias.Length;

    /// <summary>[inputs, outputs], as MatMul and Gemm take it.</summary>
    internal float[] Transposed()
    {
        var (rows, columns) = (Outputs, Inputs);
        var transposed = new float[Weight.Length];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++) { transposed[(c * rows) + r] = Weight[(r * columns) + c]; }
        }

        return transposed;
    }

    /// <summary>Both times a factor.</summary>
    internal LinearWeights Scale(double factor) =>
        new([.. Weight.Select(w => (float)(w * factor))], [.. Bias.Select(b => (float)(b * factor))]);

    /// <summary>W x + b in double precision.</summary>
    internal double[] Apply(ReadOnlySpan<double> x)
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
