using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Onnx;

public class WeightQuantizerTests
{
    static readonly Arbitrary<float[]> s_weights = Gen.Choose(-1_000_000, 1_000_000).Select(i => i / 250_000f).ArrayOf(24).ToArbitrary();

    [Fact]
    public void Quantize_PerChannel_ErrorIsAtMostHalfAStep() => Prop.ForAll(s_weights, weights =>
    {
        var quantized = WeightQuantizer.Quantize(weights, [4, 6], axis: 0, reduceRange: false);
        for (var i = 0; i < weights.Length; i++)
        {
            var scale = quantized.Scales[i / 6];
            // A little above half a step: the quotient is rounded to float before it is rounded to a code.
            Assert.True(Math.Abs(weights[i] - (quantized.Codes[i] * (double)scale)) <= 0.50001 * scale);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Quantize_LastAxis_GroupsColumns()
    {
        var quantized = WeightQuantizer.Quantize([1, 10, 100, 2, 20, 200], [2, 3], axis: 1, reduceRange: false);
        Assert.Equal([2 / 127f, 20 / 127f, 200 / 127f], quantized.Scales);
        Assert.Equal([64, 64, 64, 127, 127, 127], quantized.Codes);
    }

    [Fact]
    public void Quantize_ReduceRange_StaysWithin64()
    {
        var quantized = WeightQuantizer.Quantize([-3, 0, 3], [3], axis: null, reduceRange: true);
        Assert.Equal([-64, 0, 64], quantized.Codes);
    }

    [Fact]
    public void Quantize_DeadChannel_IsZeroWithAUsableScale()
    {
        var quantized = WeightQuantizer.Quantize([0, 0, 1, 1], [2, 2], axis: 0, reduceRange: false);
        Assert.Equal([0, 0, 127, 127], quantized.Codes);
        Assert.Equal(1, quantized.Scales[0]);
    }

    [Fact]
    public void Quantize_BiasBeyondInt32_WidensTheChannelsScale()
    {
        // 1000 / (1e-6 * 1e-6 / 127) is far beyond int32.
        var weight = WeightQuantizer.Quantize([1e-6f], [1, 1], axis: 0, reduceRange: false, bias: [1000f], inputScale: 1e-6f);
        var (codes, scales) = WeightQuantizer.QuantizeBias([1000f], 1e-6f, weight.Scales);
        Assert.InRange(codes[0] * (double)scales[0], 999.99, 1000.01);
    }
}
