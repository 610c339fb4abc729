using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>What the gate promises, held against the raw records of its self-tests that lie in results/: all machines together, but for gates that met a busy machine.</summary>
public class GateRecordTests
{
    static readonly GateTrial[] s_trials =
        [.. Directory.EnumerateFiles(Path.Combine(TestPaths.RepoRoot, "results"), "gate.jsonl", SearchOption.AllDirectories).SelectMany(GateTrials.Read).Where(t => !t.IsBusy)];

    [Fact]
    public void Records_EqualBuilds_AreCalledSlowerOnceIn300AtMost()
    {
        var equal = Quiet(t => t.Slower == 0);
        Assert.NotEmpty(equal);
        Assert.InRange(equal.Count(t => t.Verdict == GateVerdict.Slower), 0, Math.Max(1, equal.Length / 300));
    }

    [Fact]
    public void Records_SlowerByFivePerCent_AreFoundIn57Of60()
    {
        var slower = Quiet(t => t.Slower == 0.05 && t.Condition.StartsWith("slower", StringComparison.Ordinal));
        Assert.NotEmpty(slower);
        Assert.InRange(slower.Count(t => t.Verdict != GateVerdict.Slower), 0, Math.Ceiling(slower.Length * 3 / 60.0));
    }

    [Fact]
    public void Records_Faster_AreNeverCalledSlower()
    {
        var faster = Quiet(t => t.Slower < 0);
        Assert.NotEmpty(faster);
        Assert.DoesNotContain(faster, t => t.Verdict == GateVerdict.Slower);
    }

    [Fact]
    public void Records_BesideANeighbour_RaiseNoAlarm()
    {
        var beside = s_trials.Where(t => t.Disturbed).ToArray();
        Assert.NotEmpty(beside);
        Assert.DoesNotContain(beside, t => t.Verdict == GateVerdict.Slower);
    }

    [Fact]
    public void Records_DetrR50_ErrOnceInFortyWithinTenMinutesEach()
    {
        var trials = Quiet(t => t.Setup.StartsWith("detr-r50 ort-int8-static@512", StringComparison.Ordinal));
        Assert.Equal((20, 20), (trials.Count(t => t.Slower == 0), trials.Count(t => t.Slower == 0.05)));
        Assert.True(trials.Count(t => t.Verdict != (t.Slower == 0 ? GateVerdict.Same : GateVerdict.Slower)) <= 1);
        Assert.All(trials, t => Assert.InRange(t.Seconds, 60, 605)); // the last block begins within the ten minutes
    }

    static GateTrial[] Quiet(Func<GateTrial, bool> where) => [.. s_trials.Where(t => !t.Disturbed && where(t))];
}
