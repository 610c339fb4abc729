namespace DetrPerfLab.Models;

/// <summary>A batch norm with constant statistics.</summary>
/// <remarks>Source: FrozenBatchNorm2d of facebookresearch/detr@29901c5, models/backbone.py.</remarks>
public static class FrozenBatchNorm
{
    const double Epsilon = 1e-5;

    /// <summary>(w x - mean) * gamma / sqrt(var + eps) + beta as one convolution of filters [outputs, …], computed in double precision.</summary>
    public static (float[] Weight, float[] Bias) Fold(WeightStore weights, WeightTensor filter, string norm)
    {
        var gamma = weights[$"{norm}.weight"].Data;
        var beta = weights[$"{norm}.bias"].Data;
        var mean = weights[$"{norm}.running_mean"].Data;
        var variance = weights[$"{norm}.running_var"].Data;
        var bias = new float[gamma.Length];
        var folded = new float[filter.Data.Length];
        var size = folded.Length / bias.Length;
        for (var channel = 0; channel < bias.Length; channel++)
        {
            var scale = gamma[channel] / Math.Sqrt(variance[channel] + Epsilon);
            bias[channel] = (float)(beta[channel] - (mean[channel] * scale));
            for (var i = channel * size; i < (channel + 1) * size; i++) { folded[i] = (float)(filter.Data[i] * scale); }
        }

        return (folded, bias);
    }
}
