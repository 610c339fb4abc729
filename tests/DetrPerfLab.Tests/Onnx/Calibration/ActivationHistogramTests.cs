using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Onnx;

public class ActivationHistogramTests
{
    static readonly Arbitrary<float[]> s_values = (
        from mantissa in Gen.Choose(-1000, 1000)
        from exponent in Gen.Choose(-20, 20)
        select mantissa * MathF.Pow(2, exponent)).ArrayOf(50).ToArbitrary();

    [Fact]
    public void Add_AnyOrderAndBatches_GiveTheSameHistogram() => Prop.ForAll(s_values, values =>
    {
        var (forward, backward) = (new ActivationHistogram(), new ActivationHistogram());
        forward.Add(values);
        foreach (var value in values.Reverse()) { backward.Add([value]); }
        Assert.Equal(forward.Limit, backward.Limit);
        Assert.True(forward.Counts.SequenceEqual(backward.Counts));
        Assert.Equal((forward.Min, forward.Max, forward.Zeros), (backward.Min, backward.Max, backward.Zeros));
    }).QuickCheckThrowOnFailure();

    /// <summary>Parts that several machines made, added up in any order.</summary>
    [Fact]
    public void Add_HistogramsOfParts_IsThatOfTheWhole() => Prop.ForAll(s_values, Gen.Choose(1, 5).ToArbitrary(), (values, parts) =>
    {
        var (whole, sum) = (new ActivationHistogram(), new ActivationHistogram());
        whole.Add([.. values, float.NaN]);
        for (var part = parts - 1; part >= 0; part--)
        {
            var histogram = new ActivationHistogram();
            histogram.Add([.. values.Where((_, i) => i % parts == part)]);
            if (part == 0) { histogram.Add([float.NaN]); }
            sum.Add(histogram);
        }

        Assert.Equal(whole.Limit, sum.Limit);
        Assert.True(whole.Counts.SequenceEqual(sum.Counts));
        Assert.Equal((whole.Min, whole.Max, whole.Count, whole.Zeros, whole.NonFinite), (sum.Min, sum.Max, sum.Count, sum.Zeros, sum.NonFinite));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Add_Values_LieInTheirBins() => Prop.ForAll(s_values, values =>
    {
        var histogram = new ActivationHistogram();
        histogram.Add(values);
        for (var i = 0; i < ActivationHistogram.Bins; i++)
        {
            var (low, high) = (histogram.BinCentre(i) - (histogram.BinWidth / 2), histogram.BinCentre(i) + (histogram.BinWidth / 2));
            Assert.Equal(values.Count(v => v != 0 && v >= low && v < high), histogram.Counts[i]);
        }

        Assert.Equal(values.Length, histogram.Count);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Add_NonFinite_IsCountedApart()
    {
        var histogram = new ActivationHistogram();
        histogram.Add([1, float.NaN, 2, float.PositiveInfinity, 3, 4, 5, 6, 7, 8, 9, float.NegativeInfinity, 10, 11, 12, 13, 14, 15, 16, 17]);
        Assert.Equal(3, histogram.NonFinite);
        Assert.Equal((1, 17), (histogram.Min, histogram.Max));
        Assert.Equal(17, histogram.Counts.ToArray().Sum());
    }
}
