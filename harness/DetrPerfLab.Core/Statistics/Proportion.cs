namespace DetrPerfLab.Core;

/// <summary>A share that was counted, with the exact interval of Clopper and Pearson: it never promises more than its level.</summary>
/// <remarks>Source: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26, 1934.</remarks>
public static class Proportion
{
    /// <summary><paramref name="found"/> of <paramref name="of"/>, above 0.</summary>
    public static Interval Of(int found, int of, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(of);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)found, (uint)of);
        var tail = (1 - level) / 2;
        return new(
            found / (double)of,
            found == 0 ? 0 : Solve(p => 1 - AtMost(found - 1, of, p) < tail),
            found == of ? 1 : Solve(p => AtMost(found, of, p) > tail), level);
    }

    /// <summary>The greatest share that is still below, by halving: 60 steps leave nothing that a double can tell.</summary>
    static double Solve(Func<double, bool> isBelow)
    {
        var (low, high) = (0.0, 1.0);
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            if (isBelow(middle)) { low = middle; } else { high = middle; }
        }

        return low;
    }

    /// <summary>Probability of at most so many successes; summed in logarithms, so that thousands of trials do not underflow.</summary>
    static double AtMost(int found, int of, double p)
    {
        if (p <= 0) { return 1; }
        if (p >= 1) { return found >= of ? 1 : 0; }
        var (sum, log) = (0.0, of * Math.Log(1 - p));
        for (var k = 0; k <= found; k++)
        {
            sum += Math.Exp(log);
            log += Math.Log((of - k) / (k + 1.0)) + Math.Log(p / (1 - p));
        }

        return Math.Min(1, sum);
    }
}
