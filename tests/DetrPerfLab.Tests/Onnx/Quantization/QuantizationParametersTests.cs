using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Onnx;

public class QuantizationParametersTests
{
    static readonly Arbitrary<(double Min, double Max, double Value)> s_ranges = (
        from min in Gen.Choose(-100_000, 100_000)
        from width in Gen.Choose(1, 100_000)
        from value in Gen.Choose(-300_000, 300_000)
        select (min / 1000.0, (min + width) / 1000.0, value / 1000.0)).ToArbitrary();

    [Theory]
    [InlineData(QuantizedType.UInt8)]
    [InlineData(QuantizedType.Int8)]
    public void Quantize_AnyValue_IsWithinHalfAStepInsideAndSaturatesOutside(QuantizedType type) => Prop.ForAll(s_ranges, c =>
    {
        var range = new TensorRange(c.Min, c.Max).WithZero();
        var p = QuantizationParameters.Asymmetric(range, type);
        float Real(int stored) => (stored - p.ZeroPoint) * p.Scale;
        var code = p.Quantize((float)c.Value);
        var (low, high) = ((double)Real(p.MinCode), (double)Real(p.MaxCode));
        // 1e-3 steps for the float arithmetic of quotient and product.
        if (c.Value >= low && c.Value <= high) { Assert.True(Math.Abs(Real(code) - c.Value) <= 0.501 * p.Scale); }
        else { Assert.Equal(c.Value < low ? p.MinCode : p.MaxCode, code); }
        // The rounded zero point moves the ends by half a step at most.
        Assert.True(low <= range.Min + (0.501 * p.Scale) && high >= range.Max - (0.501 * p.Scale));
        Assert.Equal(0, Real(p.Quantize(0)));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(QuantizedType.UInt8, 0)]
    [InlineData(QuantizedType.Int8, -128)]
    public void Asymmetric_RangeFromZero_HasTheSmallestCodeAsZeroPoint(QuantizedType type, int expected) =>
        Assert.Equal(expected, QuantizationParameters.Asymmetric(new(0, 6), type).ZeroPoint);

    [Fact]
    public void Asymmetric_RangeAwayFromZero_IsWidenedToHoldIt()
    {
        var p = QuantizationParameters.Asymmetric(new(2, 4), QuantizedType.UInt8);
        Assert.Equal(0, p.ZeroPoint);
        Assert.Equal((float)(4.0 / 255), p.Scale);
    }

    [Fact]
    public void Asymmetric_EmptyRange_KeepsZero() => Assert.Equal(new QuantizationParameters(1, 0, QuantizedType.UInt8), QuantizationParameters.Asymmetric(default, QuantizedType.UInt8));

    [Theory]
    [InlineData(QuantizedType.UInt8, 128)]
    [InlineData(QuantizedType.Int8, 0)]
    public void Symmetric_Range_HasTheMiddleAsZeroPoint(QuantizedType type, int expected)
    {
        var p = QuantizationParameters.Symmetric(new(-1, 3), type);
        Assert.Equal((expected, (float)(3.0 / 127)), (p.ZeroPoint, p.Scale));
    }
}
