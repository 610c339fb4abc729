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
        Assert.Equal(63, enough.P90.Interval!.Value.Upper); // the second largest: never the outlier alone
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

    [Fact]
    public void Interval_ToString_ReadsAsInReports() =>
        Assert.Equal("-0.2 [-0.9, +0.4]", new Interval(-0.002, -0.009, 0.004, 0.95).Scale(100).ToString("+0.0;-0.0;0.0"));
}
