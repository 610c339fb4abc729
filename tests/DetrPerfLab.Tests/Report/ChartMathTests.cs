using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Report;

public class ChartMathTests
{
    [Fact]
    public void TicksLogarithmic_Range_IsCoveredByOneTwoFive()
    {
        var ticks = Ticks.Logarithmic(118, 2310);

        Assert.Equal(["100", "200", "500", "1000", "2000", "5000"], ticks.Select(t => t.Label));
        Assert.Equal(2, ticks[0].Position, 12);
    }

    [Theory]
    [InlineData(1500, "1500")]
    [InlineData(0.25, "0.25")]
    [InlineData(-2.5, "−2.5")]
    [InlineData(0.30000000000000004, "0.3")]
    public void Shortest_Value_HasNoNeedlessDigit(double value, string expected) => Assert.Equal(expected, Format.Shortest(value));

    [Fact]
    public void ParetoFront_AnyPoints_HoldsExactlyWhatNothingBeats() =>
        Prop.ForAll<(byte, byte)[]>(raw =>
        {
            var points = raw.Select(p => ((double)p.Item1, (double)p.Item2)).ToArray();
            var front = ParetoChart.Front(points);
            bool Beaten(int i) => points.Any(p => p.Item1 <= points[i].Item1 && p.Item2 >= points[i].Item2 && p != points[i]);
            return front.All(i => !Beaten(i))
                && Enumerable.Range(0, points.Length).All(i => Beaten(i) || front.Any(f => points[f] == points[i]));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ParetoFront_ContaminatedPoint_IsNotOnIt() =>
        Assert.Equal([1], ParetoChart.Front([(1, double.NegativeInfinity), (2, 40)]));

    [Theory]
    [InlineData(1239.4, "1239")]
    [InlineData(470.2, "470")]
    [InlineData(0.4337, "0.434")]
    [InlineData(-0.0312, "−0.0312")]
    [InlineData(0, "0")]
    public void Significant_Value_HasThreeDigits(double value, string expected) => Assert.Equal(expected, Format.Significant(value));

    [Theory]
    [InlineData(0.44, 1, "+0.4")]
    [InlineData(-0.26, 1, "−0.3")]
    [InlineData(-0.01, 1, "0.0")]
    [InlineData(0.01, 1, "0.0")]
    public void Signed_Value_HasItsSignUnlessItIsNothing(double value, int decimals, string expected) => Assert.Equal(expected, Format.Signed(value, decimals));

    [Fact]
    public void VariantStyle_EveryFixedVariant_TakesTheColourOfItsEngine()
    {
        Assert.Equal(VariantStyle.Of("ort-fp32").Light, VariantStyle.Of("ort-int8-static").Light);
        Assert.NotEqual(VariantStyle.Of("ort-fp32").Light, VariantStyle.Of("ort-cuda-fp32").Light);
        Assert.NotEqual(VariantStyle.Of("torch-fp32").Light, VariantStyle.Of("torchscript-fp32").Light);
        Assert.All(
            (string[])["torch", "torchscript", "ort", "ort-cuda", "ort-tensorrt"],
            engine => Assert.Equal(VariantStyle.Of($"{engine}-fp32"), VariantStyle.Of($"{engine}-fp8")));
        Assert.Equal("other", VariantStyle.Of("orthogonal").Engine);
        Assert.NotEqual(VariantStyle.Of("ort-fp32").Marker, VariantStyle.Of("ort-int8-static").Marker);
    }
}
