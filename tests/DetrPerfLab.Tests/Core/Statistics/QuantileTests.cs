namespace DetrPerfLab.Tests.Core;

public class QuantileTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 1.75)]
    [InlineData(0.5, 2.5)]
    [InlineData(0.9, 3.7)]
    [InlineData(1, 4)]
    public void Of_OneToFour_EqualsNumpyDefault(double p, double expected) =>
        Assert.Equal(expected, Quantile.Of([4, 1, 3, 2], p), 1e-15); // one rounding of p

    [Fact]
    public void Of_OneValue_IsThatValue() => Assert.Equal(7, Quantile.Of([7], 0.99));

    [Fact]
    public void Of_NoValues_IsRefused() => Assert.Throws<ArgumentException>(() => Quantile.Of([], 0.5));

    [Fact]
    public void Mad_KnownSamples_IsKnown()
    {
        // Median 2; distances 1 1 0 0 2 4 7, their median 1.
        Assert.Equal(1, Quantile.Mad([1, 1, 2, 2, 4, 6, 9]));
    }

    [Fact]
    public void Of_LeavesItsArgumentAlone()
    {
        double[] values = [3, 1, 2];
        Quantile.Median(values);
        Quantile.Mad(values);
        Assert.Equal([3, 1, 2], values);
    }
}
