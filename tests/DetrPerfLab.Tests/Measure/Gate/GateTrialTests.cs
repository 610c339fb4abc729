namespace DetrPerfLab.Tests.Measure;

public class GateTrialTests
{
    [Fact]
    public void Of_Trials_CountsByConditionAndSaysWhatTheyAreWorth()
    {
        GateTrial[] trials =
        [
            .. Enumerable.Repeat(Trial("same", 0, GateVerdict.Same), 99), Trial("same", 0, GateVerdict.Slower),
            .. Enumerable.Repeat(Trial("slower 5 %", 0.05, GateVerdict.Slower), 57), .. Enumerable.Repeat(Trial("slower 5 %", 0.05, GateVerdict.Undecided), 3),
        ];

        var known = Assert.Single(GateKnowledge.Of(trials));

        Assert.Equal(
            [new GateCondition("same", 0, false, 100, 1, 0, 99, 0), new GateCondition("slower 5 %", 0.05, false, 60, 57, 0, 0, 3)], known.Conditions);
        Assert.Equal(
            "a 5 % slow-down was found in 57 of 60 runs (at least 86 of 100 with 95 % confidence); equal builds were called slower in 1 of 100 runs (at most 5.4 of 100)", known.Sentence());
    }

    [Fact]
    public void Of_TrialsOfABusyMachine_AreNoQuietCondition()
    {
        var busy = Trial("same", 0, GateVerdict.Undecided) with { Blocks = [.. Enumerable.Range(0, 8).Select(i => GateCaseTests.Block(0, 0, 0, i < 3 ? "other processes 40 %" : null))] };
        Assert.Equal(["same", "same, machine busy"], GateKnowledge.Of([busy, Trial("same", 0, GateVerdict.Same)])[0].Conditions.Select(c => c.Name));
        Assert.Equal(0, GateKnowledge.Of([busy])[0].NoiseShare);
    }

    /// <summary>More time sees less of a difference, down to half of the dead band, which no time sees.</summary>
    [Fact]
    public void Detectable_MoreMinutes_IsSmallerAndNeverBelowTheAlarmLine()
    {
        var random = new DeterministicRandom(1);
        var known = GateKnowledge.Of(Enumerable.Range(0, 30).Select(_ => Trial("same", 0, GateVerdict.Same) with
        {
            Blocks = [.. Enumerable.Range(0, 10).Select(_ => GateCaseTests.Block(0, 0, 0.05 * (random.NextDouble() - 0.5)))],
            Seconds = 300,
        }))[0];
        Assert.Equal(30, known.BlockSeconds);
        Assert.InRange(known.BlockShare, 0.012, 0.017); // of a uniform distribution 5 % wide: 1.44 %
        Assert.True(known.Detectable(5) > known.Detectable(10) && known.Detectable(10) > known.Detectable(20));
        Assert.InRange(known.Detectable(1e6), 0.025, 0.06);
    }

    static GateTrial Trial(string condition, double slower, GateVerdict verdict) => new(
        condition, slower, "setup", false, 1, verdict, null, new(slower, slower - 0.01, slower + 0.01, 0.99), new(0, -0.01, 0.01, 0.99), 16, 0.05, "abc", default,
        [.. Enumerable.Range(0, 8).Select(_ => GateCaseTests.Block(0, slower, 0))]);
}
