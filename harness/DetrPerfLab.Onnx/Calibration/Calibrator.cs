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

/// <summary>The interval of real values that a quantised tensor shall hold, Min not above Max; values beyond it saturate.</summary>
public readonly record struct TensorRange(double Min, double Max)
{
    /// <summary>The smallest interval that holds this one and 0: zero padding, masks and ReLU need 0 to be exact.</summary>
    internal TensorRange WithZero() => new(Math.Min(Min, 0), Math.Max(Max, 0));
}

/// <summary>Chooses ranges by method.</summary>
static class Calibrator
{
    /// <summary>The range for one activation; always holds 0. <paramref name="percentile"/>, in per cent, is what that method keeps.</summary>
    internal static TensorRange Choose(CalibrationMethod method, ActivationHistogram seen, double percentile) => method switch
    {
        CalibrationMethod.MinMax => seen.Range.WithZero(),
        CalibrationMethod.Percentile => Percentile(seen, percentile),
        CalibrationMethod.Entropy => EntropyCalibrator.Choose(seen, levels: 256),
        CalibrationMethod.Mse => MseCalibrator.Choose(seen, steps: 255),
        _ => throw new ArgumentOutOfRangeException(nameof(method)),
    };

    /// <summary>The range that leaves (100 - percentile) / 2 per cent of the values beyond each end: ends at bin edges, never outside of what was seen.</summary>
    internal static TensorRange Percentile(ActivationHistogram seen, double percentile)
    {
        var cut = (long)Math.Floor(seen.Count * (100 - percentile) / 200);
        var (min, max) = (seen.Range.Min, seen.Range.Max);
        var counts = seen.Counts;
        long below = 0, above = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (i == counts.Length / 2) { below += seen.Zeros; } // zeros lie at the lower edge of the first bin above 0
            if (below > cut) { break; }
            below += counts[i];
            if (below > cut) { min = Math.Max(min, seen.BinCentre(i) - (seen.BinWidth / 2)); break; }
        }

        for (var i = counts.Length - 1; i >= 0; i--)
        {
            if (i == (counts.Length / 2) - 1) { above += seen.Zeros; }
            if (above > cut) { break; }
            above += counts[i];
            if (above > cut) { max = Math.Min(max, seen.BinCentre(i) + (seen.BinWidth / 2)); break; }
        }

        return new TensorRange(min, max).WithZero();
    }
}
