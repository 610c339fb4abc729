namespace DetrPerfLab.Tests.Core;

public class BootstrapTests
{
    [Fact]
    public void Median_Normal_HoldsTheTruthAsOftenAsPromised()
    {
        var random = new DeterministicRandom(3);
        var held = 0;
        for (var trial = 0; trial < 500; trial++)
        {
            double[] samples = [.. Enumerable.Range(0, 25).Select(_ => 100 + Normal(random))];
            if (Bootstrap.Median(samples, seed: (ulong)trial) is { Lower: <= 100, Upper: >= 100 }) { held++; }
        }

        // The percentile bootstrap of a median of 25 covers about 95 %; three standard deviations of 500 trials are 3 %.
        Assert.InRange(held / 500.0, 0.91, 0.985);
    }

    [Fact]
    public void Median_EvenAndOdd_EqualsSortingEachDraw()
    {
        foreach (var n in new[] { 6, 7, 20, 21 })
        {
            var random = new DeterministicRandom((ulong)n);
            double[] samples = [.. Enumerable.Range(0, n).Select(_ => (double)random.Next(10))];
            var draws = new DeterministicRandom(5);
            double[] expected = [.. Enumerable.Range(0, Bootstrap.Replicates)
                .Select(_ => Quantile.Median([.. samples.Select(_ => samples[draws.Next(n)])])).Order()];

            var actual = Bootstrap.Median(samples, seed: 5)!.Value;

            Assert.Equal(Quantile.OfSorted(expected, 0.025), actual.Lower, 1e-12); // (1 - 0.95) / 2 is rounded once
            Assert.Equal(Quantile.OfSorted(expected, 0.975), actual.Upper, 1e-12);
        }
    }

    [Fact]
    public void Median_FiveSamples_HasNoInterval() => Assert.Null(Bootstrap.Median([1, 2, 3, 4, 5]));

    [Fact]
    public void RatioOfMedians_Constant_IsExact() =>
        Assert.Equal(new Interval(2, 2, 2, 0.95), Bootstrap.RatioOfMedians([4, 4, 4, 4, 4, 4], [2, 2, 2, 2, 2, 2, 2]));

    [Fact]
    public void RatioOfMedians_PairedRoundsDriftTogether_IsFarNarrower()
    {
        var random = new DeterministicRandom(9);
        double[] drift = [.. Enumerable.Range(0, 30).Select(_ => 1 + random.NextDouble())]; // a co-tenant doubles some rounds
        double[] slow = [.. drift.Select(d => 300 * d * (1 + (0.01 * random.NextDouble())))];
        double[] fast = [.. drift.Select(d => 150 * d * (1 + (0.01 * random.NextDouble())))];

        var paired = Bootstrap.RatioOfMedians(slow, fast, paired: true)!.Value;
        var alone = Bootstrap.RatioOfMedians(slow, fast)!.Value;

        Assert.InRange(2, paired.Lower, paired.Upper);
        Assert.True(paired.Upper - paired.Lower < (alone.Upper - alone.Lower) / 5, $"{paired} {alone}");
    }

    [Fact]
    public void RatioOfMedians_PairedUnequalRounds_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.RatioOfMedians([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5], paired: true));

    static double Normal(DeterministicRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
