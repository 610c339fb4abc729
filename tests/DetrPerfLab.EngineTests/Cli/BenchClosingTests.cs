namespace DetrPerfLab.EngineTests.Cli;

public class BenchClosingTests
{
    static readonly double[] s_noise = [1, 1.03, 0.97, 1.02, 0.99, 1.01, 0.98, 1];

    [Fact]
    public void Lines_ThreeVariants_FastestAgainstTheNextAndTheBaselineInBrackets() => Assert.Equal(
        ["ort-int8-static is 3.20x ± 0.00 as fast as ort-fp32 (6.1x torch-fp32)"],
        BenchClosing.Lines([Result("torch-fp32", 6.1), Result("ort-fp32", 3.2), Result("ort-int8-static", 1)], "torch-fp32"));

    [Fact]
    public void Lines_BaselineIsTheOnlyOther_HasTheLine() => Assert.Equal(
        ["ort-fp32 is 2.00x ± 0.00 as fast as torch-fp32"], BenchClosing.Lines([Result("torch-fp32", 2), Result("ort-fp32", 1)], "torch-fp32"));

    [Fact]
    public void Lines_BaselineIsNext_OthersHaveLinesOfTheirOwn() => Assert.Equal(
        ["c is 2.00x ± 0.00 as fast as a", "c is 3.00x ± 0.00 as fast as b"], BenchClosing.Lines([Result("a", 2), Result("b", 3), Result("c", 1)], "a"));

    [Fact]
    public void Lines_IntervalHoldsOne_IsUndecidedAndTheRestIsNot()
    {
        double[] other = [.. s_noise.Reverse().Select(ms => 1.005 * ms)];

        var lines = BenchClosing.Lines([Result("a", 1) with { SamplesMs = other }, Result("b", 1), Result("c", 2)], "c").ToList();

        Assert.Equal(2, lines.Count);
        Assert.Matches(@"^Undecided: b against a \(1\.0\dx \[0\.\d\d, 1\.0\d\]\); more rounds may tell: --rounds 16$", lines[0]);
        Assert.Equal("b is 2.00x ± 0.00 as fast as c", lines[1]);
    }

    [Fact]
    public void Lines_ContaminatedFastest_DoesNotWin()
    {
        var contaminated = Result("a", 1) with { Contamination = new(ContaminationVerdict.Contaminated, ["steal time"]) };

        Assert.Equal(["b is 2.00x ± 0.00 as fast as c"], BenchClosing.Lines([contaminated, Result("b", 2), Result("c", 4)], "a"));
        Assert.Equal(["Undecided: fewer than two variants were measured without contamination. Measure again when the machine is quieter."], BenchClosing.Lines([contaminated, Result("b", 2)], "a"));
    }

    [Fact]
    public void Lines_TooFewRounds_IsUndecided() => Assert.Equal(
        ["Undecided: an interval needs 6 rounds: --rounds 6"], BenchClosing.Lines([Result("a", 1) with { SamplesMs = [1, 1] }, Result("b", 1) with { SamplesMs = [2, 2] }], "a"));

    [Fact]
    public void Lines_OneMeasured_SaysNothing() => Assert.Empty(BenchClosing.Lines([Result("a", 1), RunResult.Unfiled("b") with { Gap = "no library" }], "a"));

    static RunResult Result(string variant, double ms) => RunResult.Unfiled(variant) with { SamplesMs = [.. s_noise.Select(n => n * ms)] };
}
