namespace DetrPerfLab.Onnx;

/// <summary>How the range of an activation is chosen from what was seen of it.</summary>
/// <remarks>Photographs have rare outliers, which a percentile cuts; built-in pictures have none, and the extremes serve better.</remarks>
public enum CalibrationMethod
{
    MinMax, // nothing saturates, outliers cost resolution
    Percentile, // cuts a fixed share of the values in the tails
    Entropy, // least Kullback-Leibler divergence between the values and their 256 levels
    Mse, // least expected squared error of rounding and saturation together
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
        var (min, max) = seen.Range;
        const int Middle = ActivationHistogram.Bins / 2; // zeros lie at the lower edge of this bin
        var low = End(Enumerable.Range(0, ActivationHistogram.Bins), Middle, -seen.BinWidth / 2) ?? min;
        var high = End(Enumerable.Range(0, ActivationHistogram.Bins).Reverse(), Middle - 1, seen.BinWidth / 2) ?? max;
        return new TensorRange(Math.Max(min, low), Math.Min(max, high)).WithZero();

        // The outer edge of the first bin, from the outside, that the cut does not take whole.
        double? End(IEnumerable<int> bins, int zerosBefore, double toEdge)
        {
            var passed = 0L;
            foreach (var i in bins)
            {
                if (i == zerosBefore) { passed += seen.Zeros; }
                if (passed > cut) { return null; }
                passed += seen.Counts[i];
                if (passed > cut) { return seen.BinCentre(i) + toEdge; }
            }

            return null;
        }
    }
}
