namespace DetrPerfLab.Onnx;

/// <summary>Chooses ranges by method.</summary>
static class Calibrator
{
    /// <summary>The range for one activation; always holds 0.</summary>
    /// <param name="method">How.</param>
    /// <param name="seen">What was seen of it.</param>
    /// <param name="percentile">Share kept by <see cref="CalibrationMethod.Percentile"/>, per cent.</param>
    public static TensorRange Choose(CalibrationMethod method, ActivationHistogram seen, double percentile) => method switch
    {
        CalibrationMethod.MinMax => seen.Range.WithZero(),
        CalibrationMethod.Percentile => PercentileCalibrator.Choose(seen, percentile),
        CalibrationMethod.Entropy => EntropyCalibrator.Choose(seen, levels: 256),
        CalibrationMethod.Mse => MseCalibrator.Choose(seen, steps: 255),
        _ => throw new ArgumentOutOfRangeException(nameof(method)),
    };
}
