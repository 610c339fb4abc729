namespace DetrPerfLab.Tests.Measure;

public class GateCaseTests
{
    static readonly GateRule s_rule = new();

    [Theory]
    [InlineData(0.00, GateVerdict.Same)]
    [InlineData(0.02, GateVerdict.Same)] // inside the dead band, and a team cannot act on it
    [InlineData(0.06, GateVerdict.Slower)]
    [InlineData(-0.06, GateVerdict.Faster)]
    public void Judge_SteadyDifference_IsItsVerdict(double difference, GateVerdict verdict) => Assert.Equal(verdict, Decide(_ => difference, _ => 0).Verdict);

    [Fact]
    public void Judge_Slower_OnlyAfterSixteenBlocksInTwoStages()
    {
        var decided = Decide(_ => 0.08, _ => 0);
        Assert.Equal(8, decided.Blocks.Count(b => b.Stage == 0));
        Assert.Equal(8, decided.Blocks.Count(b => b.Stage == 1));
    }

    [Fact]
    public void Judge_SlowerOnlyInTheFirstStage_IsUndecidedAndSaysWhy()
    {
        var decided = Decide(block => block < 8 ? 0.08 : 0, _ => 0);
        Assert.Equal(GateVerdict.Undecided, decided.Verdict);
        Assert.Contains("not in those that were to confirm it", decided.Reason);
    }

    [Theory]
    [InlineData(0.30)] // the head looks slower, and so does the very same base
    [InlineData(0.0)]
    public void Judge_CopyOfTheBaseDiffers_NoVerdict(double head)
    {
        var decided = Decide(_ => head, _ => 0.30);
        Assert.Equal(GateVerdict.Undecided, decided.Verdict);
        Assert.Contains("a copy of the base measured +30.0 [+30.0, +30.0] % slower than the base", decided.Reason);
    }

    [Fact]
    public void Judge_DisturbedBlocks_DoNotCount()
    {
        var one = new GateCase("c", s_rule);
        for (var block = 0; block < 40; block++)
        {
            one.Add(Block(0, 0.5, 0, disturbed: "other processes 40 %, limit 10 %"));
            one.Judge(isSlower: GateCase.Holm([one.PSlower], 0.99)[0], isFaster: false);
        }

        one.End(one.Lack());
        Assert.Equal(GateVerdict.Undecided, one.Verdict);
        Assert.Equal("the machine was busy with something else in 40 of 40 blocks (other processes 40 %, limit 10 %)", one.Reason);
    }

    [Fact]
    public void Holm_OneClearOneNot_HoldsTheClearOneOnly() => Assert.Equal([false, true, false], GateCase.Holm([0.008, 0.001, 0.5], 0.99));

    [Fact]
    public void OrderOf_ConfirmingStage_IsTheFirstReversed()
    {
        for (var block = 0; block < 20; block++)
        {
            Assert.Equal(GateBlock.OrderOf(5, 0, block).Reverse(), GateBlock.OrderOf(5, 1, block));
        }

        Assert.Equal(6, Enumerable.Range(0, 50).Select(block => string.Join(' ', GateBlock.OrderOf(5, 0, block))).Distinct().Count()); // every order there is
    }

    /// <summary>A drift that is even over the block takes the same from each arm.</summary>
    [Fact]
    public void Head_EvenDrift_IsNone()
    {
        var block = new GateBlock("c", 0, [GateArm.Head, GateArm.Base, GateArm.Copy], [.. Enumerable.Range(0, 6).Select(unit => Math.Exp(0.01 * unit))]);
        Assert.Equal(0, block.Head, 1e-12);
        Assert.Equal(0, block.Null, 1e-12);
    }

    static GateCase Decide(Func<int, double> head, Func<int, double> copy)
    {
        var one = new GateCase("c", s_rule);
        for (var block = 0; one.Verdict is null && block < 60; block++)
        {
            one.Add(Block(one.Stage, head(block), copy(block)));
            one.Judge(GateCase.Holm([one.PSlower], s_rule.Level)[0], GateCase.Holm([one.PFaster], s_rule.Level)[0]);
        }

        one.End(one.Lack());
        return one;
    }

    internal static GateBlock Block(int stage, double head, double copy, string? disturbed = null) =>
        new("c", stage, [GateArm.Base, GateArm.Copy, GateArm.Head], [1, 1 + copy, 1 + head, 1 + head, 1 + copy, 1], disturbed);
}
