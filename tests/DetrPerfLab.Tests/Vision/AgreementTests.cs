namespace DetrPerfLab.Tests.Vision;

public class AgreementTests
{
    static Detection At(int label, float score, float x = 0) => new(label, score, x, 0, x + 10, 10);

    static Agreement.Seen Seen(params Detection[] detections) => new(detections, -1);

    [Fact]
    public void Of_TheSame_IsWhole() =>
        Assert.Equal(1, Agreement.Of([Seen(At(1, 0.9f), At(2, 0.6f, 50))], [Seen(At(1, 0.9f), At(2, 0.6f, 50))]).Value);

    // Of the reference's sure ones and of the candidate's: how many the other has too.
    [Theory]
    [InlineData(0.45f, 1.0)] // a score a little below the mark is no disagreement
    [InlineData(0.2f, 2.0 / 3)] // one of two is not seen at all; the other is seen by both
    public void Of_OneScoreLower_CountsOnlyWhereItIsNotSeenAnyMore(float score, double expected) =>
        Assert.Equal(expected, Agreement.Of([Seen(At(1, 0.9f), At(2, 0.6f, 50))], [Seen(At(1, 0.9f), At(2, score, 50))]).Value, 1e-12);

    [Fact]
    public void Of_AnotherClassOrPlace_IsDisagreement()
    {
        Assert.Equal(0, Agreement.Of([Seen(At(1, 0.9f))], [Seen(At(2, 0.9f))]).Value);
        Assert.Equal(0, Agreement.Of([Seen(At(1, 0.9f))], [Seen(At(1, 0.9f, 50))]).Value);
        Assert.Equal(2.0 / 3, Agreement.Of([Seen(At(1, 0.9f))], [Seen(At(1, 0.9f), At(1, 0.8f))]).Value, 1e-12); // one object, seen twice
    }

    [Fact]
    public void Of_NothingSure_ComparesTheTenBest()
    {
        Detection[] weak = [.. Enumerable.Range(0, 30).Select(i => At(i, 0.4f - (0.01f * i), 20 * i))];
        Assert.Equal(1, Agreement.Of([Seen(weak)], [Seen(weak)]).Value);
        Assert.Equal(0, Agreement.Of([Seen(weak)], [Seen([.. weak.Skip(20)])]).Value);
    }

    [Fact]
    public void Of_Classes_IsTheShareOfEqualOnesWithItsInterval()
    {
        Agreement.Seen[] reference = [.. Enumerable.Range(0, 40).Select(i => new Agreement.Seen([], i % 3))];
        var found = Agreement.Of(reference, [.. reference.Select((s, i) => i % 4 == 0 ? s with { Class = 9 } : s)]);
        Assert.Equal(0.75, found.Value);
        Assert.InRange(found.Lower, 0.5, 0.74);
        Assert.InRange(found.Upper, 0.76, 0.95);
    }
}
