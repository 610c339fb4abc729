namespace DetrPerfLab.EngineTests.Engines;

public class OpenVariantTests
{
    readonly Clock _clock = new();

    [Fact]
    public void Constructor_HonestEngine_TellsLoadAndFirstInferenceApart()
    {
        var engine = new SumEngine(_clock, honest: true);
        using var open = Open(engine);

        Assert.Equal((40.0, 100.0), (open.Known.Cold!.LoadMs, Math.Round(open.Known.Cold.FirstMs!.Value, 6)));
        Assert.Equal("model", open.Known.Artefact!.Name);
        Assert.Equal("arithmetic", open.Known.Agreement!.Reference);
        Assert.Equal(100, open.Forward().FirstMs!.Value, 1e-6);
    }

    [Fact]
    public void Constructor_WrongOutputs_RefusesAndLetsTheEngineGo()
    {
        var engine = new SumEngine(_clock, honest: false);
        Assert.Equal(ExitCode.CheckFailed, Assert.Throws<LabException>(() => Open(engine)).ExitCode);
        Assert.True(engine.Disposed);
    }

    OpenVariant Open(SumEngine engine) => new(
        "scripted", new(),
        () =>
        {
            _clock.Advance(40);
            return new(engine, new("model", "00", 1));
        },
        new TensorSet(new HostTensor("x", ElementType.Float32, 2)),
        outputs => outputs["y"].Floats[0] == 7 ? new() { Reference = "arithmetic", LogitsMaxAbs = 0, BoxesMaxAbs = 0 } : throw LabError.CheckFailed("It differs from arithmetic. It gets no times."),
        clock: _clock);

    sealed class SumEngine(Clock clock, bool honest) : IInferenceEngine
    {
        public bool Disposed { get; private set; }

        public EngineInfo Info { get; } = new("scripted", "test", "1", new Dictionary<string, string>());

        public IReadOnlyList<TensorSpec> Inputs { get; } = [new("x", ElementType.Float32, [2])];

        public IReadOnlyList<TensorSpec> Outputs { get; } = [new("y", ElementType.Float32, [2])];

        public void Run(TensorSet inputs, TensorSet outputs)
        {
            clock.Advance(100);
            outputs["y"].Floats.Fill(honest ? 7 : 1);
        }

        public void Synchronize()
        {
        }

        public void Dispose() => Disposed = true;
    }

    /// <summary>Counts milliseconds that it is told.</summary>
    sealed class Clock : TimeProvider
    {
        long _ms;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => _ms;

        internal void Advance(int ms) => _ms += ms;
    }
}
