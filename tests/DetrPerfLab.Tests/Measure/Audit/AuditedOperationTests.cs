using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

public class AuditedOperationTests
{
    [Fact]
    public void Conclude_HonestEngine_PassesAndCounts()
    {
        var setup = new Setup(Honest);

        var info = setup.RunRounds(50);

        Assert.Equal(10, info.FreshInputs);
        Assert.Equal((10, 10), (info.Checks, info.BitwiseEqual));
        Assert.Equal(1, info.FreshToUsual!.Value, 1e-9);
        Assert.Equal((true, 2), (info.CachingExcluded, info.Replayed));
        Assert.Equal(1, info.Response!.Value, 1e-6);
        Assert.Equal(setup.UsualInput, setup.Inputs["x"].Floats.ToArray());
    }

    [Fact]
    public void Finish_WrongFromTheStart_IsFoundInTheFirstRun()
    {
        var setup = new Setup((x, y) => { Honest(x, y); y[1] += 1; });
        AssertFails(() => setup.RunRounds(1), "'y'");
    }

    [Fact]
    public void Finish_WrongLaterOn_IsFound()
    {
        var runs = 0;
        var setup = new Setup((x, y) => { Honest(x, y); y[1] += runs++ < 20 ? 0 : 1; });
        AssertFails(() => setup.RunRounds(50), "away from the reference");
    }

    [Fact]
    public void Finish_EngineThatStopsWorking_IsFoundByThePoison()
    {
        var runs = 0;
        var setup = new Setup((x, y) =>
        {
            if (runs++ < 7) { Honest(x, y); }
        });
        AssertFails(() => setup.RunRounds(50), "unwritten");
    }

    [Fact]
    public void Finish_EngineThatReplaysItsOutputs_IsFoundByAFreshInput()
    {
        float[]? kept = null;
        var setup = new Setup((x, y) =>
        {
            if (kept is null)
            {
                Honest(x, y);
                kept = y.ToArray();
            }

            kept.CopyTo(y);
        });
        AssertFails(() => setup.RunRounds(50), "reuses results");
    }

    [Fact]
    public void Finish_CachedOutputWithNoiseOnIt_DoesNotFollowTheReference()
    {
        var setup = new Setup(CachedWithNoise(new DeterministicRandom(3)));
        AssertFails(() => setup.RunRounds(50), "reuses results");
    }

    [Fact]
    public void Replay_CachedOutputWithNoiseOnIt_IsAnotherWhenRunAgain()
    {
        var setup = new Setup(CachedWithNoise(new DeterministicRandom(3)), reference: false);
        AssertFails(() => setup.RunRounds(50), "run again");
    }

    [Fact]
    public void Finish_CoarseEngine_FollowsTheReference()
    {
        // As a quantised network does: a tenth off, but off from what it computes.
        var setup = new Setup((x, y) => { Honest(x, y); y[1] *= 1.1f; }, most: 1);
        Assert.InRange(setup.RunRounds(50).Response!.Value, 0.9, 1.2);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(6, true)]
    public void Conclude_FewFreshInputs_SaysThatCachingIsNotExcluded(int rounds, bool excluded)
    {
        var setup = new Setup(Honest, every: AuditOptions.For(rounds).Every);
        Assert.Equal(excluded, setup.RunRounds(rounds).CachingExcluded);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(15)]
    [InlineData(20)]
    [InlineData(64)]
    [InlineData(662)]
    public void For_AnyPlannedRun_TimesEnoughFreshInputs(int runs) => Assert.True(runs / AuditOptions.For(runs).Every >= AuditInfo.LeastFresh);

    [Fact]
    public void Conclude_EngineThatCachesByContent_IsFoundByTheTimeOfFreshInputs()
    {
        var seen = new HashSet<float>();
        var setup = new Setup(Honest, ms: x => seen.Add(x[0] + x[1]) ? 100 : 1); // right outputs, but only new inputs are computed
        AssertFails(() => setup.RunRounds(50), "caches");
    }

    [Fact]
    public void Finish_LastBitsVary_IsAcceptedWithinTheTolerance()
    {
        // The same bits in the first checks, others in all later ones: none of those counts as equal.
        var runs = 0;
        var setup = new Setup((x, y) => { Honest(x, y); y[0] += runs++ < 25 ? 0 : 1e-5f; });

        var info = setup.RunRounds(50);

        Assert.Equal((10, 5), (info.Checks, info.BitwiseEqual));
    }

    [Fact]
    public void Replay_NoFreshRunWasTimed_RunsTheFirstTwice()
    {
        var info = new Setup(Honest).RunRounds(1);
        Assert.Equal((0, 1), (info.FreshInputs, info.Replayed));
        Assert.Equal(1, info.Response!.Value, 1e-6);

        var refused = new Setup(CachedWithNoise(new DeterministicRandom(3)), reference: false);
        AssertFails(() => refused.RunRounds(1), "run again");
    }

    [Fact]
    public void Finish_FreshOutputsThatTheReferenceRefuses_NameTheFreshInput()
    {
        var setup = new Setup(Honest, check: _ => throw LabError.CheckFailed("It differs from the reference by much."));
        AssertFails(() => setup.RunRounds(50), "its outputs for a fresh input");
    }

    [Fact]
    public void Run_FreshRunThrows_GivesTheInputsBack()
    {
        var setup = new Setup(Honest);
        setup.Engine.Work = (x, y) =>
        {
            if (x[0] != setup.UsualInput[0]) { throw new InvalidOperationException(); }
            Honest(x, y);
        };

        Assert.Throws<InvalidOperationException>(() => setup.RunRounds(50));
        Assert.Equal(setup.UsualInput, setup.Inputs["x"].Floats.ToArray());
    }

    [Fact]
    public void Synchronize_FreshRunOfAnAsynchronousEngineThrows_GivesTheInputsBack()
    {
        var setup = new Setup(Honest);
        setup.Engine.Waiting = x =>
        {
            if (x[0] != setup.UsualInput[0]) { throw new InvalidOperationException(); }
        };

        Assert.Throws<InvalidOperationException>(() => setup.RunRounds(50));
        Assert.Equal(setup.UsualInput, setup.Inputs["x"].Floats.ToArray());
    }

    static void Honest(ReadOnlySpan<float> x, Span<float> y) => (y[0], y[1]) = (x[0] + x[1], x[0] * x[1]);

    static Work CachedWithNoise(DeterministicRandom random)
    {
        float[]? kept = null;
        return (x, y) =>
        {
            if (kept is null)
            {
                Honest(x, y);
                kept = y.ToArray();
            }

            for (var i = 0; i < y.Length; i++) { y[i] = kept[i] + (5e-5f * (float)((2 * random.NextDouble()) - 1)); } // within the tolerance
        };
    }

    static void AssertFails(Func<AuditInfo> run, string needed)
    {
        var error = Assert.Throws<LabException>(() => run());
        Assert.Equal(ExitCode.CheckFailed, error.ExitCode);
        Assert.Contains(needed, error.Message);
    }

    delegate void Work(ReadOnlySpan<float> x, Span<float> y);

    sealed class Setup
    {
        readonly AuditOptions _options;

        public Setup(Work work, Func<float[], double>? ms = null, bool reference = true, double most = 1e-4, int every = 5, Action<TensorSet>? check = null)
        {
            Engine = new(Clock, work, ms ?? (_ => 100));
            UsualInput.CopyTo(Inputs["x"].Floats);
            var (outputs, accepted, fresh) = (Outputs(), Outputs(), Outputs());
            Honest(UsualInput, accepted["y"].Floats);
            _options = new() { Every = every, MaxAbs = new Dictionary<string, double> { ["y"] = most } };
            Honest(FreshInput.Of(Inputs, _options.Seed, 0)["x"].Floats, fresh["y"].Floats);
            var subject = new TensorSubject("test", new EngineOperation(Engine, Inputs, outputs), Inputs, outputs, _options.Seed);
            Operation = new(subject, accepted, _options, reference ? new(accepted, fresh, check ?? (_ => { })) : null);
        }

        public float[] UsualInput { get; } = [2, 3];

        public FakeTimeProvider Clock { get; } = new();

        public TensorSet Inputs { get; } = new(new HostTensor("x", ElementType.Float32, 2));

        public TestEngine Engine { get; }

        public AuditedOperation Operation { get; }

        public AuditInfo RunRounds(int rounds)
        {
            var runs = new List<AuditedRun>();
            for (var i = 0; i < rounds; i++)
            {
                new LatencyMeter(Clock).Measure(Operation);
                runs.Add(Operation.Last);
            }

            return AuditedRun.Conclude("test", runs, _options, Operation.Replay());
        }

        static TensorSet Outputs() => new(new HostTensor("y", ElementType.Float32, 2));
    }

    sealed class TestEngine(FakeTimeProvider clock, Work work, Func<float[], double> ms) : IInferenceEngine
    {
        TensorSet? _latest;

        public Work Work { get; set; } = work;

        public Action<float[]> Waiting { get; set; } = _ => { };

        public EngineInfo Info { get; } = new("test", "test", "1", new Dictionary<string, string>());

        public IReadOnlyList<TensorSpec> Inputs => [];

        public IReadOnlyList<TensorSpec> Outputs => [];

        public void Run(TensorSet inputs, TensorSet outputs)
        {
            _latest = inputs;
            clock.Advance(ms(inputs["x"].Floats.ToArray()));
            Work(inputs["x"].Floats, outputs["y"].Floats);
        }

        public void Synchronize() => Waiting(_latest?["x"].Floats.ToArray() ?? [0]);

        public void Dispose()
        {
        }
    }
}
