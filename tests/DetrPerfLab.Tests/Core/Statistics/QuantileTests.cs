namespace DetrPerfLab.Tests.Core;

public class QuantileTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 1.75)]
    [InlineData(0.5, 2.5)]
    [InlineData(0.9, 3.7)]
    [InlineData(1, 4)]
    public void OfSorted_OneToFour_EqualsNumpyDefault(double p, double expected) =>
        Assert.Equal(expected, Quantile.OfSorted([1, 2, 3, 4], p), 1e-15); // one rounding of p

    [Fact]
    public void OfSorted_OneValue_IsThatValue() => Assert.Equal(7, Quantile.OfSorted([7], 0.99));

    [Fact]
    public void OfSorted_NoValues_IsRefused() => Assert.Throws<ArgumentException>(() => Quantile.OfSorted([], 0.5));

    [Fact]
    public void Mad_KnownSamples_IsKnown()
    {
        // Median 2; distances 1 1 0 0 2 4 7, their median 1.
        Assert.Equal(1, Quantile.Mad([1, 1, 2, 2, 4, 6, 9]));
    }

    [Fact]
    public void Median_LeavesItsArgumentAlone()
    {
        double[] values = [3, 1, 2];
        Quantile.Median(values);
        Quantile.Mad(values);
        Assert.Equal([3, 1, 2], values);
    }
}
