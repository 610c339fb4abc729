using System.Diagnostics;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Two arms of the very same file: whatever the bench says of them beside "equal" is its own mistake.</summary>
[Collection(nameof(Alone))]
public sealed class SameFileTests(ITestOutputHelper output) : IDisposable
{
    const int Rounds = 60;
    const double TurnMs = 100; // shorter turns than a bench's, since neighbours come and go: whom they meet, they meet in both arms

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_SameFileTwice_IsEqualAndTheArmThatWaitsSleeps()
    {
        using Watched one = Arm("one"), other = Arm("other");

        var results = Run(one, other);

        double[] rounds = [.. results[0].RoundsMs], others = [.. results[1].RoundsMs];
        var ratio = Bootstrap.RatioOfMedians(rounds, others, paired: true)!.Value;
        var typical = Quantile.Median([.. rounds.Zip(others, (a, b) => a / b)]);
        var found = FormattableString.Invariant($"{Quantile.Median(rounds):F3} and {Quantile.Median(others):F3} ms, ratio {ratio.ToString("0.0000")}, of rounds {typical:F4}; waiting they took {one.WaitedShare:0.0 %} and {other.WaitedShare:0.0 %} of a core");
        output.WriteLine(found);
        // One interval in twenty misses what is true, and two processes lay out their memory differently: so it need only reach into the 2 % that count as equal.
        Assert.True(ratio.Lower < 1.02 && ratio.Upper > 0.98, found);
        Assert.True(typical is > 0.90 and < 1.10, found); // a shared machine: what is aimed at is 2 %
        // A thread that spins takes all of a core, or its share of one. Not 0: the runtime may still compile a method anew, and the system counts in ticks of 10 ms.
        Assert.True(one.WaitedShare < 0.05 && other.WaitedShare < 0.05, found);
    }

    IReadOnlyList<RunResult> Run(params Watched[] arms)
    {
        foreach (var arm in arms) { arm.Others = [.. arms.Where(a => a != arm)]; }
        var key = new BenchKey("machine", "model", [.. arms.Select(a => KeyValuePair.Create(a.Variant, ""))], "commit", 320, 320, 0, Rounds, 1, 1);
        using var journal = BenchJournal.Open(_folder.Path, key, restart: true, output.WriteLine);
        var results = new BenchRun(journal, ContaminationLimits.Quiet).Run(arms, null, TestContext.Current.CancellationToken);
        Assert.All(results, r => Assert.Null(r.Gap));
        return results;
    }

    Watched Arm(string name)
    {
        var request = new WorkerRequest(TestPaths.Deim, "ort-fp32", 320, 320, 0, _folder.Path) { Name = name, Samples = Rounds, TurnMs = TurnMs };
        VariantCase.Of(request).Prepare((_, _, _) => { }, fresh: true);
        return new(new(EngineProgram.Worker, request));
    }

    /// <summary>An arm that looks, during its own turn, at the processor time of those that wait.</summary>
    sealed class Watched(WorkerProcess process) : IBenchCase
    {
        TimeSpan _waited, _taken;
        int _turns;

        internal IReadOnlyList<Watched> Others { get; set; } = [];
        internal double WaitedShare => _waited > TimeSpan.Zero ? _taken / _waited : 0; // of a core, over the turns of the others
        public string Variant => process.Variant;

        public RunResult Open(CancellationToken cancellation)
        {
            var clock = Stopwatch.StartNew();
            var opened = process.Open(cancellation);
            // From the start of the process to its first detections: against a clock around it. The system tells the start in ticks of 10 ms.
            Assert.InRange(opened.Cold!.ProcessToFirstMs!.Value, opened.Cold.LoadMs!.Value + opened.Cold.FirstMs!.Value, clock.Elapsed.TotalMilliseconds + 10);
            return opened;
        }

        public Sample Sample(int untimedRuns, CancellationToken cancellation)
        {
            var (before, start) = (Others.Select(o => o.Processor).ToList(), Environment.TickCount64);
            var sample = process.Sample(untimedRuns, cancellation);
            // In the first turns the runtime of the others still compiles behind its work what their own turns ran often: up to all of a core for half a second, and then never again.
            if (_turns++ < Rounds / 3) { return sample; }
            foreach (var (other, taken) in Others.Zip(before))
            {
                other._waited += TimeSpan.FromMilliseconds(Environment.TickCount64 - start);
                other._taken += other.Processor - taken;
            }

            return sample;
        }

        public void Rest() => process.Rest();

        public WorkerEnd End(CancellationToken cancellation) => process.End(cancellation);

        public void Dispose() => process.Dispose();

        TimeSpan Processor => process.ProcessorTime;
    }
}
