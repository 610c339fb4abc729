namespace DetrPerfLab.Onnx;

/// <summary>How the range of an activation is chosen from what was seen of it.</summary>
/// <remarks>Photographs have rare outliers, which a percentile cuts; built-in pictures have none, and the extremes serve better.</remarks>
public enum CalibrationMethod
{
    /// <summary>The smallest and the largest value seen: nothing saturates, outliers cost resolution.</summary>
    MinMax,

    /// <summary>Cuts a fixed share of the values in the tails.</summary>
    Percentile,

    /// <summary>The range whose 256 levels keep the distribution best (least Kullback-Leibler divergence).</summary>
    Entropy,

    /// <summary>The range with the least expected squared error of rounding and saturation together.</summary>
    Mse,
}
