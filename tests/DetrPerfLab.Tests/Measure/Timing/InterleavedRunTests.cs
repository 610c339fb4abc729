using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

public class InterleavedRunTests
{
    [Fact]
    public void Run_EachRound_GivesEveryVariantOneSampleInItsOwnOrder()
    {
        var clock = new FakeTimeProvider();

        var turns = Turns(new() { Rounds = 6, Seed = 3 }, Cases(clock, 100, 200, 300));

        Assert.Equal(18, turns.Count);
        foreach (var round in turns.GroupBy(t => t.Round))
        {
            Assert.Equal(["v0", "v1", "v2"], round.Select(t => t.Variant).Order());
            Assert.Equal(InterleavedRun.OrderOf(3, round.Key, 3).Select(i => $"v{i}"), round.Select(t => t.Variant));
        }

        Assert.True(turns.GroupBy(t => t.Round).Select(g => string.Join(' ', g.Select(t => t.Variant))).Distinct().Count() > 1);
        Assert.All(Samples(turns, "v1"), s => Assert.Equal(200, s, 1e-9)); // the fake clock's tick rounds once
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

        var turns = Turns(new() { Rounds = 200 }, cases);

        var (slow, fast) = (Samples(turns, "v0"), Samples(turns, "v1"));
        var ratio = Bootstrap.RatioOfMedians(slow, fast, paired: true)!.Value;
        Assert.True(slow.Max() > 1.9 * slow.Min());
        Assert.InRange(ratio.Value, 1.9, 2.1);
    }

    [Fact]
    public void Run_OneVariantFails_TheOthersGoOnAndItKeepsItsReason()
    {
        var clock = new FakeTimeProvider();
        var failing = Case(clock, "bad", run => run < 2 ? 1 : throw new InvalidOperationException("device lost"));

        var turns = Turns(new() { Rounds = 5 }, [.. Cases(clock, 100), failing]);

        Assert.Equal(5, turns.Count(t => t is { Variant: "v0", Gap: null }));
        Assert.Equal([null, null, "InvalidOperationException: device lost"], turns.Where(t => t.Variant == "bad").Select(t => t.Gap));
    }

    [Fact]
    public void Run_Continued_KeepsTheOrdersOfTheWholeRun()
    {
        var clock = new FakeTimeProvider();
        IEnumerable<(int, string)> Orders(int first, int rounds) =>
            Turns(new() { FirstRound = first, Rounds = rounds, Seed = 9 }, Cases(clock, 1, 1, 1)).Select(t => (t.Round, t.Variant));

        Assert.Equal(Orders(0, 10), [.. Orders(0, 4), .. Orders(4, 10)]);
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
        Assert.Throws<LabException>(() => Turns(new(), [.. Cases(clock, 1), .. Cases(clock, 2)]));
    }

    static List<InterleavedTurn> Turns(InterleavedOptions options, InterleavedCase[] cases)
    {
        var turns = new List<InterleavedTurn>();
        new InterleavedRun(options).Run(cases, turns.Add);
        return turns;
    }

    static double[] Samples(List<InterleavedTurn> turns, string variant) => [.. turns.Where(t => t.Variant == variant).Select(t => t.Ms)];

    static InterleavedCase[] Cases(FakeTimeProvider clock, params double[] ms) => [.. ms.Select((m, i) => Case(clock, $"v{i}", _ => m))];

    /// <summary>Takes as long as the script says, of the number of its turn.</summary>
    static InterleavedCase Case(FakeTimeProvider clock, string variant, Func<int, double> ms)
    {
        var (operation, meter) = (new ScriptedOperation(clock, ms), new LatencyMeter(clock));
        return new(variant, _ => meter.Measure(operation));
    }
}
