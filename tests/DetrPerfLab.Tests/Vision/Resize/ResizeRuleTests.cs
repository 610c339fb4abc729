using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Vision;

public class ResizeRuleTests
{
    [Theory]
    [InlineData(480, 640, 800, 1066)]
    [InlineData(640, 480, 1066, 800)]
    [InlineData(427, 640, 800, 1199)]
    [InlineData(100, 1600, 83, 1328)] // the longer side wins, and the shorter is rounded first
    [InlineData(1, 5000, 1, 1333)] // the original rounds to 0 here and fails
    [InlineData(5000, 1, 1333, 1)]
    [InlineData(800, 800, 800, 800)]
    public void Detr_KnownSizes_Expected(int height, int width, int newHeight, int newWidth) =>
        Assert.Equal(new ImageSize(newHeight, newWidth), ResizeRule.Detr.Apply(new ImageSize(height, width)));

    [Fact]
    public void ShorterSide_AnyImage_KeepsItsBounds() =>
        Prop.ForAll(Gen.Choose(1, 65535).ToArbitrary(), Gen.Choose(1, 65535).ToArbitrary(), (h, w) =>
        {
            var size = ResizeRule.Detr.Apply(new ImageSize(h, w));
            var (shorter, longer) = (Math.Min(size.Height, size.Width), Math.Max(size.Height, size.Width));

            // Rounding the shorter side up by a half can stretch the longer beyond 1333, by that same share.
            // A side that was longer by less than a pixel of the result may come out equal.
            var keepsShape = h < w ? size.Height <= size.Width : size.Height >= size.Width;
            return shorter is >= 1 and <= 800 && longer <= 1333 * (1 + (0.5 / Math.Max(shorter - 0.5, 0.5))) && keepsShape;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Exact_AnyImage_GivesTheSize() =>
        Assert.Equal(new ImageSize(320, 320), ResizeRule.Exact(new ImageSize(320, 320)).Apply(new ImageSize(1, 999)));

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 9)]
    [InlineData(10, 65536)]
    public void ShorterSide_BadRule_Throws(int shorter, int longest) =>
        Assert.Equal(ExitCode.BadInput, Assert.Throws<LabException>(() => ResizeRule.ShorterSide(shorter, longest)).ExitCode);

    [Fact]
    public void Apply_SideBeyondLimit_Throws() =>
        Assert.Contains("70000x3", Assert.Throws<LabException>(() => ResizeRule.Detr.Apply(new ImageSize(70000, 3))).Message);
}
