namespace DetrPerfLab.Tests.Core;

public class OrderStatisticsTests
{
    [Theory]
    [InlineData(0.90, 64)]
    [InlineData(0.99, 662)]
    [InlineData(0.10, 64)]
    public void NeededSamples_Quantile_IsAsTheDesignSays(double p, int expected) => Assert.Equal(expected, OrderStatistics.NeededSamples(p));

    [Fact]
    public void NeededSamples_Rule_IsTheSmallestThatHolds()
    {
        // Written out with exact counting: at most one of n samples beyond p90, with probability at most 1 %.
        static double Fails(int n) => Math.Pow(0.9, n) + (n * 0.1 * Math.Pow(0.9, n - 1));
        Assert.True(Fails(64) <= 0.01);
        Assert.True(Fails(63) > 0.01);
    }

    [Fact]
    public void Interval_MedianOf100_IsFromThe40thToThe61st()
    {
        // The textbook interval (Conover, table A3): 96.5 % between the 40th and the 61st.
        double[] sorted = [.. Enumerable.Range(1, 100)];
        Assert.Equal((40, 61), OrderStatistics.Interval(sorted, 0.5));
    }

    [Fact]
    public void Interval_FewSamples_IsNothing()
    {
        Assert.Null(OrderStatistics.Interval([1, 2, 3, 4, 5], 0.5));
        Assert.Equal((1, 6), OrderStatistics.Interval([1, 2, 3, 4, 5, 6], 0.5));
        Assert.Null(OrderStatistics.Interval([], 0.5));
    }

    [Fact]
    public void Interval_SkewedSamples_HoldsTheTrueP90AsOftenAsPromised()
    {
        var random = new DeterministicRandom(7);
        var truth = -Math.Log(0.1); // p90 of the exponential distribution
        var held = 0;
        for (var trial = 0; trial < 2000; trial++)
        {
            double[] sorted = [.. Enumerable.Range(0, 80).Select(_ => -Math.Log(1 - random.NextDouble())).Order()];
            var (lower, upper) = OrderStatistics.Interval(sorted, 0.9)!.Value;
            if (lower <= truth && truth <= upper) { held++; }
        }

        // At least 95 %; three standard deviations of 2,000 trials are 1.5 %.
        Assert.True(held >= 2000 * 0.935, $"held {held} of 2000");
    }
}
