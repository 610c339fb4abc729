using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Vision;

public class DetectionFilterTests
{
    static readonly Arbitrary<Detection[]> s_detections =
        (from label in Gen.Choose(0, 2)
         from score in Gen.Choose(0, 20)
         from x in Gen.Choose(0, 30)
         from y in Gen.Choose(0, 30)
         from w in Gen.Choose(0, 20)
         from h in Gen.Choose(0, 20)
         select new Detection(label, score / 20f, x, y, x + w, y + h)).ArrayOf().ToArbitrary();

    static readonly Arbitrary<float> s_share = Gen.Choose(0, 20).Select(i => i / 20f).ToArbitrary();

    static Detection[] Keep(Detection[] all, Func<Detection[], int> filter)
    {
        var copy = (Detection[])all.Clone();
        return copy[..filter(copy)];
    }

    [Fact]
    public void KeepAbove_HigherThreshold_KeepsASubset() =>
        Prop.ForAll(s_detections, s_share, s_share, (all, a, b) =>
        {
            var low = Keep(all, d => DetectionFilter.KeepAbove(d, Math.Min(a, b)));
            var high = Keep(all, d => DetectionFilter.KeepAbove(d, Math.Max(a, b)));
            return high.SequenceEqual(low.Where(d => d.Score >= Math.Max(a, b)));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void KeepAbove_BoxNotFinite_IsDropped(float edge)
    {
        Detection[] all = [new(1, 1, edge, 0, 1, 1), new(1, 1, 0, edge, 1, 1), new(1, 1, 0, 0, edge, 1), new(1, 1, 0, 0, 1, edge), new(1, 1, 0, 0, 1e38f, 1)];
        Assert.Equal([all[4]], Keep(all, d => DetectionFilter.KeepAbove(d, 0)));
    }

    [Fact]
    public void SortByScore_AnyOrder_HighestFirst() =>
        Prop.ForAll(s_detections, all =>
        {
            Detection[] sorted = [.. all], reversed = [.. all.Reverse()];
            DetectionFilter.SortByScore(sorted);
            DetectionFilter.SortByScore(reversed);
            return sorted.Select(d => d.Score).SequenceEqual(all.Select(d => d.Score).OrderDescending()) && sorted.SequenceEqual(reversed);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void SuppressOverlaps_AnyDetections_IsIdempotentAndLeavesNoOverlap() =>
        Prop.ForAll(s_detections, s_share, (all, iou) =>
        {
            var once = Keep(all, d => DetectionFilter.SuppressOverlaps(d, iou));
            var twice = Keep(once, d => DetectionFilter.SuppressOverlaps(d, iou));
            var pairs = from a in Enumerable.Range(0, once.Length) from b in Enumerable.Range(0, a) select (once[a], once[b]);
            return once.SequenceEqual(twice)
                && pairs.All(p => p.Item1.Label != p.Item2.Label || Box.Iou(p.Item1.Box, p.Item2.Box) <= iou)
                && all.All(d => once.Any(k => k.Label == d.Label && k.Score >= d.Score && (k == d || Box.Iou(k.Box, d.Box) > iou)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void SuppressOverlaps_OtherClass_Stays()
    {
        Detection[] all = [new(1, 0.9f, 0, 0, 10, 10), new(2, 0.8f, 0, 0, 10, 10), new(1, 0.7f, 0, 0, 10, 9)];
        Assert.Equal(all[..2], Keep(all, d => DetectionFilter.SuppressOverlaps(d, 0.5f)));
    }
}
