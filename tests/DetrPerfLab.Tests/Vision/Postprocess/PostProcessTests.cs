using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Vision;

public class PostProcessTests
{
    static readonly Arbitrary<(int Queries, int Classes, int Seed)> s_shapes =
        (from queries in Gen.Choose(0, 20) from classes in Gen.Choose(2, 100) from seed in Gen.Choose(0, int.MaxValue) select (queries, classes, seed)).ToArbitrary();

    static (float[] Logits, float[] Boxes) Outputs((int Queries, int Classes, int Seed) shape)
    {
        var random = new Random(shape.Seed);
        var spread = Math.Pow(10, (random.NextDouble() * 4) - 2);
        return (
            [.. Enumerable.Range(0, shape.Queries * shape.Classes).Select(_ => (float)((random.NextDouble() - 0.5) * spread))],
            [.. Enumerable.Range(0, shape.Queries * 4).Select(_ => (float)random.NextDouble())]);
    }

    [Fact]
    public void Detr_AnyOutputs_EqualsReference() =>
        Prop.ForAll(s_shapes, shape =>
        {
            var (logits, boxes) = Outputs(shape);
            var (fast, plain) = (new Detection[shape.Queries], new Detection[shape.Queries]);
            Postprocessor.Detr(logits, boxes, new ImageSize(333, 500), fast);
            PostProcessReference.Detr(logits, boxes, new ImageSize(333, 500), plain);
            return fast.AsSpan().SequenceEqual(plain);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Detr_ShiftedLogits_SameLabelAndScore() =>
        Prop.ForAll(s_shapes, shape =>
        {
            // Logits and shift are multiples of 1/8 below 2^13, so that the shift itself rounds nothing and the result is exact.
            var (logits, boxes) = Outputs(shape);
            var coarse = logits.Select(x => MathF.Round(x * 8) / 8).ToArray();
            var (before, after) = (new Detection[shape.Queries], new Detection[shape.Queries]);
            Postprocessor.Detr(coarse, boxes, new ImageSize(1, 1), before);
            Postprocessor.Detr([.. coarse.Select(x => x + 1000)], boxes, new ImageSize(1, 1), after);
            return before.AsSpan().SequenceEqual(after);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Softmax_AnyLogits_SumsToOne() =>
        Prop.ForAll(s_shapes, shape =>
        {
            var (logits, _) = Outputs((1, shape.Classes, shape.Seed));
            var (max, sum) = Softmax.Normalizer(logits);
            var total = logits.Sum(x => (double)(Softmax.Exp(x - max) / sum));
            return Math.Abs(total - 1) < 1e-6; // up to 100 terms, each rounded to 6e-8 of itself, and the sum's own rounding
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Exp_AnyWidth_SameBits()
    {
        for (var x = -110f; x <= 0; x += 0.00390625f * 3)
        {
            var one = Softmax.Exp(x);
            Assert.Equal(one, System.Runtime.Intrinsics.Vector256.Exp(System.Runtime.Intrinsics.Vector256.Create(x))[7]);
            Assert.Equal(Math.Exp(x), one, Math.Max(Math.Exp(x) * 2.4e-7, 2e-45)); // two units in the last place; below 1e-38, one denormal step
        }
    }

    [Theory]
    [InlineData(float.NaN, 0)]
    [InlineData(float.NaN, 20)]
    [InlineData(float.NaN, 91)]
    [InlineData(float.PositiveInfinity, 3)]
    public void Detr_NotFinite_EqualsReferenceAndIsNeverKept(float value, int at)
    {
        var (logits, boxes) = Outputs((1, 92, 7));
        logits[at] = value;
        var (fast, plain) = (new Detection[1], new Detection[1]);
        Postprocessor.Detr(logits, boxes, new ImageSize(10, 10), fast);
        PostProcessReference.Detr(logits, boxes, new ImageSize(10, 10), plain);
        Assert.Equal(plain, fast);
        Assert.Equal(0, DetectionFilter.KeepAbove(fast, 0));
    }

    [Fact]
    public void Detr_Ties_FirstClassWins()
    {
        var logits = new float[92];
        (logits[17], logits[40], logits[91]) = (5, 5, 9);
        var detections = new Detection[1];
        Postprocessor.Detr(logits, new float[4], new ImageSize(10, 10), detections);
        Assert.Equal(17, detections[0].Label);
    }

    [Fact]
    public void Detr_LengthsThatDoNotFit_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Postprocessor.Detr(new float[10], new float[8], default, new Detection[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Postprocessor.Detr(new float[10], new float[12], default, new Detection[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Postprocessor.Detr(new float[3], new float[12], default, new Detection[3]));
    }

    [Fact]
    public void Scored_StrangeLabels_BecomeMinusOne()
    {
        var detections = new Detection[3];
        Postprocessor.Scored([5, long.MaxValue, -3], new float[12], [0.1f, 0.2f, 0.3f], detections);
        Assert.Equal([5, -1, -1], detections.Select(d => d.Label));
    }
}
