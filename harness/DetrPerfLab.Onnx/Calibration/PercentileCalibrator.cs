namespace DetrPerfLab.Onnx;

/// <summary>Cuts a fixed share of the values in the tails.</summary>
static class PercentileCalibrator
{
    /// <summary>The range that leaves (100 - percentile) / 2 per cent of the values beyond each end.</summary>
    /// <param name="seen">What was seen of the tensor.</param>
    /// <param name="percentile">Share kept, in per cent: above 50, at most 100.</param>
    /// <returns>Ends at bin edges, never outside of what was seen.</returns>
    public static TensorRange Choose(ActivationHistogram seen, double percentile)
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
