using DetrPerfLab.Measure;
using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Timing;

public class InterleavedRunTests
{
    [Fact]
    public void Run_EachRound_GivesEveryVariantOneSampleInItsOwnOrder()
    {
        var clock = new FakeTimeProvider();
        var turns = new List<InterleavedTurn>();

        var results = new InterleavedRun(new() { Rounds = 6, Seed = 3, Run = "r" }).Run(Cases(clock, 100, 200, 300), turns.Add);

        Assert.Equal(18, turns.Count);
        foreach (var round in turns.GroupBy(t => t.Round))
        {
            Assert.Equal(["v0", "v1", "v2"], round.Select(t => t.Variant).Order());
            Assert.Equal(InterleavedRun.OrderOf(3, round.Key, 3).Select(i => $"v{i}"), round.Select(t => t.Variant));
        }

        Assert.True(turns.GroupBy(t => t.Round).Select(g => string.Join(' ', g.Select(t => t.Variant))).Distinct().Count() > 1);
        Assert.All(results[1].SamplesMs, s => Assert.Equal(200, s, 1e-9)); // the fake clock's tick rounds once
        Assert.Equal(Enumerable.Range(0, 6).Select(r => Array.IndexOf(InterleavedRun.OrderOf(3, r, 3), 1)), results[1].Interleaving.Places);
        Assert.Equal(["v0", "v1", "v2"], results[1].Interleaving.Variants);
        Assert.All(results, r => Assert.Equal("r", r.Interleaving.Run));
    }

    [Fact]
    public void OrderOf_ManyRounds_GivesEveryVariantEveryPlaceEquallyOften()
    {
        var counts = new int[4];
        for (var round = 0; round < 4000; round++) { counts[Array.IndexOf(InterleavedRun.OrderOf(1, round, 4), 2)]++; }

        // Chi-squared with 3 degrees of freedom exceeds 16.3 once in 1,000 seeds.
        Assert.True(counts.Sum(c => (c - 1000.0) * (c - 1000.0) / 1000) < 16.3);
    }

    [Fact]
    public void Run_MachineSlowsForAWhile_LeavesTheRatioAlone()
    {
        // A neighbour doubles all times in half of the rounds: the samples spread, the paired ratio does not.
        var clock = new FakeTimeProvider();
        double Disturbed(double ms) => clock.ElapsedMs() % 20_000 < 10_000 ? 2 * ms : ms;
        var cases = new[] { 300.0, 150.0 }.Select((ms, i) => Case(clock, $"v{i}", _ => Disturbed(ms))).ToArray();

        var results = new InterleavedRun(new() { Rounds = 200 }).Run(cases);

        var ratio = Bootstrap.PairedRatioOfMedians([.. results[0].SamplesMs], [.. results[1].SamplesMs])!.Value;
        Assert.True(results[0].SamplesMs.Max() > 1.9 * results[0].SamplesMs.Min());
        Assert.InRange(ratio.Value, 1.9, 2.1);
    }

    [Fact]
    public void Run_OneVariantFails_TheOthersGoOnAndItKeepsItsReason()
    {
        var clock = new FakeTimeProvider();
        var failing = Case(clock, "bad", run => run < 2 ? 1 : throw new InvalidOperationException("device lost"));

        var results = new InterleavedRun(new() { Rounds = 5 }).Run([.. Cases(clock, 100), failing]);

        Assert.Equal(5, results[0].SamplesMs.Count);
        Assert.Null(results[0].Gap);
        Assert.Empty(results[1].SamplesMs);
        Assert.Equal("InvalidOperationException: device lost", results[1].Gap);
    }

    [Fact]
    public void Run_Continued_KeepsTheOrdersOfTheWholeRun()
    {
        var clock = new FakeTimeProvider();
        List<(int, string)> Turns(int first, int rounds)
        {
            var turns = new List<(int, string)>();
            new InterleavedRun(new() { FirstRound = first, Rounds = rounds, Seed = 9 }).Run(Cases(clock, 1, 1, 1), t => turns.Add((t.Round, t.Variant)));
            return turns;
        }

        Assert.Equal(Turns(0, 10), [.. Turns(0, 4), .. Turns(4, 10)]);
    }

    [Fact]
    public void Run_Cancelled_EndsBetweenTurns()
    {
        using var stop = new CancellationTokenSource();
        var clock = new FakeTimeProvider();
        var turns = 0;

        Assert.Throws<OperationCanceledException>(() => new InterleavedRun().Run(
            Cases(clock, 1, 1),
            _ =>
            {
                if (++turns == 3) { stop.Cancel(); }
            },
            stop.Token));
        Assert.Equal(3, turns);
    }

    [Fact]
    public void Run_SameNameTwice_IsRefused()
    {
        var clock = new FakeTimeProvider();
        Assert.Throws<LabException>(() => new InterleavedRun().Run([.. Cases(clock, 1), .. Cases(clock, 2)]));
    }

    static InterleavedCase[] Cases(FakeTimeProvider clock, params double[] ms) => [.. ms.Select((m, i) => Case(clock, $"v{i}", _ => m))];

    /// <summary>Takes as long as the script says, of the number of its turn.</summary>
    static InterleavedCase Case(FakeTimeProvider clock, string variant, Func<int, double> ms)
    {
        var (operation, meter) = (new ScriptedOperation(clock, ms), new LatencyMeter(clock));
        return new(variant, _ => meter.Measure(operation));
    }
}
