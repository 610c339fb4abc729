namespace DetrPerfLab.Tests.Report;

public class EstimateTests
{
    // Every round is slowed by another factor: apart, the samples say little; round by round, B is exactly half of A.
    static readonly double[] s_rounds = [.. Enumerable.Range(0, 20).Select(i => 100.0 + (37 * i % 100))];

    [Fact]
    public void Ratio_TookTurns_PairsTheRounds() =>
        Assert.Equal(2, Estimate.Ratio(Case("a", 1, "run"), Case("b", 0.5, "run"))!.Value.Lower, 9);

    [Fact]
    public void Ratio_DifferentRuns_DoesNotPair()
    {
        var ratio = Estimate.Ratio(Case("a", 1, "run"), Case("b", 0.5, "another"))!.Value;

        Assert.Equal(2, ratio.Value, 9);
        Assert.InRange(ratio.Lower, 1, 1.9);
    }

    static CaseView Case(string variant, double factor, string run) => new(FakeResults.Engine[0] with
    {
        Variant = variant,
        SamplesMs = [.. s_rounds.Select(s => s * factor)],
        Interleaving = new(run, 1, ["a", "b"], [.. s_rounds.Select(_ => 0)]),
    });

    [Theory]
    [InlineData(1.1, 1.3, "Faster")]
    [InlineData(0.7, 0.9, "Slower")]
    [InlineData(0.9, 1.1, "Undecided")]
    public void Verdict_Interval_NeedsTheWholeOfIt(double lower, double upper, string expected) =>
        Assert.Equal(expected, new Estimate((lower + upper) / 2, new((lower + upper) / 2, lower, upper, 0.95)).Verdict.ToString());

    [Fact]
    public void Verdict_NoInterval_IsUndecided() => Assert.Equal(Verdict.Undecided, new Estimate(2, null).Verdict);
}
