namespace DetrPerfLab.Tests.Report;

public class HistoryChangePointsTests
{
    [Fact]
    public void Find_StepAtOneCommit_IsFoundThere()
    {
        var model = HistoryRuns.Model(Enumerable.Range(0, 8).Select(n => HistoryRuns.Run(n, n < 5 ? 400 : 448)));

        var change = Assert.Single(Assert.Single(model.Cases).Changes);
        Assert.Equal(HistoryRuns.Commit(5), change.At.Run.Commit);
        Assert.Equal(HistoryRuns.Commit(4), change.Before.Run.Commit);
        // 1.12 was put in; medians of 15 samples with 1 % of noise lie within 1 %.
        Assert.InRange(change.Ratio.Value, 1.11, 1.13);
        Assert.Contains(HistoryRuns.Lines(model), l => l.Contains("+12 % at 0000005"));
    }

    [Fact]
    public void Find_TwoRuns_TellAStep() =>
        Assert.Equal(1, Assert.Single(Find([100, 130], withinRun: 0.02, betweenRuns: 0, seed: 3)).At);

    [Fact]
    public void Find_UpAndDownAgain_AreTwoChanges()
    {
        var changes = Find([100, 100, 100, 130, 130, 130, 100, 100, 100], withinRun: 0.02, betweenRuns: 0.01, seed: 3);

        Assert.Equal([3, 6], changes.Select(c => c.At));
        Assert.True(changes[0].Ratio.Lower > 1.2 && changes[1].Ratio.Upper < 0.85);
    }

    /// <summary>What a shared machine does: each run has its luck, of 3 % here, and its samples spread less. Of 40 such histories, at most one may cry wolf.</summary>
    [Fact]
    public void Find_FlatNoise_HasNoChange()
    {
        var alarms = Enumerable.Range(0, 40).Count(seed => Find(Enumerable.Repeat(100.0, 12), withinRun: 0.01, betweenRuns: 0.03, (ulong)seed).Count > 0);

        Assert.InRange(alarms, 0, 1);
    }

    [Fact]
    public void Find_StepAmongNoisyRuns_IsStillFound()
    {
        double[] levels = [.. Enumerable.Repeat(100.0, 8), .. Enumerable.Repeat(135.0, 8)];
        var found = Enumerable.Range(0, 20).Count(seed => Find(levels, withinRun: 0.01, betweenRuns: 0.03, (ulong)seed).Any(c => c.At == 8));

        Assert.InRange(found, 18, 20);
    }

    [Fact]
    public void Find_SmallerThanRunsDifferAnyway_IsNoChange()
    {
        // One step of 8 % while its neighbours in the suite jump by as much from run to run.
        RunResult[] runs =
        [
            .. Enumerable.Range(0, 6).Select(n => HistoryRuns.Run(n, n < 3 ? 100 : 108)),
            .. Enumerable.Range(0, 6).Select(n => HistoryRuns.Run(n, n % 2 == 0 ? 100 : 108, "PrecisionBenchmarks.Forward(Variant: b)")),
            .. Enumerable.Range(0, 6).Select(n => HistoryRuns.Run(n, n % 2 == 0 ? 108 : 100, "PrecisionBenchmarks.Forward(Variant: c)")),
        ];

        Assert.All(HistoryRuns.Model(runs).Cases, c => Assert.Empty(c.Changes));
    }

    [Fact]
    public void Find_ThousandsOfRuns_EndsSoon()
    {
        var changes = Find([.. Enumerable.Repeat(100.0, 1500), .. Enumerable.Repeat(150.0, 1500)], withinRun: 0.02, betweenRuns: 0.01, seed: 5);

        Assert.InRange(Assert.Single(changes).At, 1499, 1501);
    }

    static IReadOnlyList<LevelChange> Find(IEnumerable<double> levels, double withinRun, double betweenRuns, ulong seed)
    {
        var random = new DeterministicRandom(seed);
        // Nearly normal: the sum of twelve uniform numbers has a variance of 1.
        double Normal() => Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6;
        double[][] runs = [.. levels.Select(level =>
        {
            var luck = 1 + (betweenRuns * Normal());
            return Enumerable.Range(0, 15).Select(_ => level * luck * (1 + (withinRun * Normal()))).ToArray();
        })];
        return ChangePoints.Find(runs, ChangePoints.LimitOf(ChangePoints.UsualStep([runs])));
    }
}
