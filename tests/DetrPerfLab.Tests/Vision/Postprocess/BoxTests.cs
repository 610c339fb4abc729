using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Vision;

public class BoxTests
{
    static readonly Arbitrary<Box> s_boxes =
        (from x in Gen.Choose(-50, 50)
         from y in Gen.Choose(-50, 50)
         from w in Gen.Choose(0, 60)
         from h in Gen.Choose(0, 60)
         select new Box(x, y, x + w, y + h)).ToArbitrary();

    [Fact]
    public void Iou_AnyPair_SymmetricAndInRange() =>
        Prop.ForAll(s_boxes, s_boxes, (a, b) =>
        {
            var (iou, giou) = (Box.Iou(a, b), Box.GeneralizedIou(a, b));
            return iou == Box.Iou(b, a) && iou is >= 0 and <= 1 && giou is >= -1 and <= 1 && giou <= iou && (a.Area == 0 || Box.Iou(a, a) == 1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void FromCenter_OfAnyBox_SameBox() =>
        Prop.ForAll(s_boxes, box =>
            // Integers and their halves: nothing rounds.
            Box.FromCenter([(box.X1 + box.X2) / 2, (box.Y1 + box.Y2) / 2, box.X2 - box.X1, box.Y2 - box.Y1]) == box).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 0, 10, 10, 0, 0, 10, 5, 0.5, 0.5)]
    [InlineData(0, 0, 10, 10, 10, 0, 20, 10, 0, 0)] // side by side: the hull is filled
    [InlineData(0, 0, 10, 10, 30, 0, 40, 10, 0, -0.5)]
    [InlineData(5, 5, 5, 5, 5, 5, 5, 5, 0, 0)] // no area at all
    public void Iou_KnownPairs_Expected(float ax1, float ay1, float ax2, float ay2, float bx1, float by1, float bx2, float by2, float iou, float giou)
    {
        var (a, b) = (new Box(ax1, ay1, ax2, ay2), new Box(bx1, by1, bx2, by2));
        Assert.Equal(iou, Box.Iou(a, b));
        Assert.Equal(giou, Box.GeneralizedIou(a, b));
    }
}
