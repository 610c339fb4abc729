namespace DetrPerfLab.Tests.Core;

public class SampleSummaryTests
{
    [Fact]
    public void Of_63And64Samples_HasP90FromThe64th()
    {
        var few = SampleSummary.Of([.. Enumerable.Range(1, 63)])!;
        var enough = SampleSummary.Of([.. Enumerable.Range(1, 64)])!;

        Assert.Null(few.P90.Value);
        Assert.Equal("p90 needs 64 samples, there are 63", few.P90.Reason);
        Assert.Equal(57.7, enough.P90.Value!.Value, 1e-12);
        Assert.Null(enough.P90.Reason);
        Assert.Equal("p99 needs 662 samples, there are 64", enough.P99.Reason);
    }

    [Fact]
    public void Of_OneOutlier_IsCountedAndKept()
    {
        var summary = SampleSummary.Of([10, 11, 10, 12, 11, 10, 500])!;

        Assert.Equal(1, summary.Outliers);
        Assert.Equal(500, summary.Maximum);
        Assert.Equal(11, summary.Median);
        Assert.Equal(1, summary.Mad);
    }

    [Fact]
    public void Of_NoSamples_IsNothing() => Assert.Null(SampleSummary.Of([]));

    [Fact]
    public void Of_OneSample_HasAMedianAndNoInterval()
    {
        var summary = SampleSummary.Of([5])!;
        Assert.Equal(5, summary.Median);
        Assert.Null(summary.MedianInterval);
    }

    [Theory]
    [InlineData(0.90, 64)]
    [InlineData(0.99, 662)]
    [InlineData(0.10, 64)]
    public void NeededSamples_Quantile_IsAsTheDesignSays(double p, int expected) => Assert.Equal(expected, SampleSummary.NeededSamples(p));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void NeededSamples_NoQuantile_IsRefused(double p) => Assert.Throws<ArgumentOutOfRangeException>(() => SampleSummary.NeededSamples(p));

    [Fact]
    public void NeededSamples_Rule_IsTheSmallestThatHolds()
    {
        // Written out with exact counting: at most one of n samples beyond p90, with probability at most 1 %.
        static double Fails(int n) => Math.Pow(0.9, n) + (n * 0.1 * Math.Pow(0.9, n - 1));
        Assert.True(Fails(64) <= 0.01);
        Assert.True(Fails(63) > 0.01);
    }

    [Fact]
    public void Interval_ToString_ReadsAsInReports() =>
        Assert.Equal("-0.2 [-0.9, +0.4]", new Interval(-0.002, -0.009, 0.004, 0.95).Scale(100).ToString("+0.0;-0.0;0.0"));
}
