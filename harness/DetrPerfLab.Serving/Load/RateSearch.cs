namespace DetrPerfLab.Serving;

/// <summary>A rate that was tried: requests a second, how many were beyond the limit, and what follows.</summary>
/// <param name="Beyond">Share beyond the limit, unanswered ones too, with its interval.</param>
/// <param name="Keeps">Whether the limit is kept; null where the requests do not decide it.</param>
public sealed record RateTrial(double Rate, int Sent, Interval Beyond, bool? Keeps, LoadResult Load);

/// <summary>The highest rate that keeps a limit: the highest that surely does, and the lowest that surely does not; null where there was none.</summary>
public sealed record FoundRate(double? Keeps, double? Breaks, IReadOnlyList<RateTrial> Trials);

/// <summary>Looks for the highest rate at which a percentile of the latency stays below a limit, by halving between one that keeps it and one that does not.</summary>
public static class RateSearch
{
    const double Level = 0.9; // two-sided: each verdict is wrong in at most one of twenty
    const int Steps = 9;
    const double Close = 0.05; // of the rate: closer than that the machine itself is not steady

    /// <param name="limitMs">Which so many of a hundred requests must not exceed.</param>
    /// <param name="percent">For example 99.</param>
    /// <param name="singleMs">What one request after another takes: where to begin.</param>
    /// <param name="run">Offers a rate, and returns what became of it.</param>
    public static FoundRate Find(double limitMs, double percent, double singleMs, Func<double, LoadResult> run, Action<RateTrial> tried)
    {
        var trials = new List<RateTrial>();
        (double? keeps, double? breaks) = (null, null);
        (double low, double high) = (0, double.PositiveInfinity);
        var rate = 500 / singleMs; // half of what one after another gives
        for (var step = 0; step < Steps; step++)
        {
            var load = run(rate);
            var trial = Judge(load, rate, limitMs, percent);
            trials.Add(trial);
            tried(trial);
            if (trial.Keeps == true) { keeps = Math.Max(keeps ?? 0, rate); }
            if (trial.Keeps == false) { breaks = Math.Min(breaks ?? double.MaxValue, rate); }
            // An undecided rate is near the border: the better half of its evidence says where to look next.
            if (trial.Keeps ?? trial.Beyond.Value <= 1 - (percent / 100)) { low = Math.Max(low, rate); } else { high = Math.Min(high, rate); }
            if (double.IsInfinity(high)) { rate = 2 * low; }
            else if (high - low <= Close * high) { break; }
            else { rate = low == 0 ? high / 2 : (low + high) / 2; }
        }

        return new(keeps, breaks, trials);
    }

    internal static RateTrial Judge(LoadResult load, double rate, double limitMs, double percent)
    {
        var allowed = 1 - (percent / 100);
        var beyond = Proportion.Of(load.Beyond(limitMs), load.Sent, Level);
        return new(rate, load.Sent, beyond, beyond.Upper <= allowed ? true : beyond.Lower > allowed ? false : null, load);
    }
}
