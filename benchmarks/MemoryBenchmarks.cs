using static System.FormattableString;

namespace DetrPerfLab.Benchmarks;

/// <summary>How ONNX Runtime keeps memory, over 200 runs of images of varying size: one sample is ten sizes.</summary>
[Samples(full: 20, quick: 6)]
public class MemoryBenchmarks : WorkBenchmarks
{
    const string Default = "default", NoArena = "no arena", NoPattern = "no memory pattern", Fresh = "fresh outputs", Two = "two sessions", Shared = "two sessions, shared weights";

    /// <summary>As photographs come: sizes and orientations mixed, the largest neither first nor last.</summary>
    static readonly ImageSize[] s_sizes =
        [new(256, 341), new(341, 256), new(192, 256), new(320, 320), new(256, 384), new(384, 512), new(288, 384), new(224, 224), new(384, 288), new(256, 320)];

    /// <summary>Those whose outputs are held against the reference once the last sample is taken; the others run between them on the same engine.</summary>
    static readonly ImageSize[] s_checked = [s_sizes[0], s_sizes.MinBy(s => s.Height * s.Width), s_sizes.MaxBy(s => s.Height * s.Width)];

    protected override IReadOnlyList<SuiteCase> Rows =>
        [.. from setting in (string[])[Default, NoArena, NoPattern, Fresh, Two, Shared] select new SuiteCase("ort-fp32", ("Setting", setting))];

    static VariantCase ModelOf(SuiteCase row, ImageSize size, OrtSharedWeights? shared = null) => BenchmarkModel.CaseOf(row, size) with
    {
        Settings = new()
        {
            Arena = row["Setting"] != NoArena,
            MemoryPattern = row["Setting"] != NoPattern,
            SharedWeights = shared,
            Bindings = s_sizes.Length + 1, // every size stays bound, and the one that was checked
        },
    };

    public override void Prepare(SuiteCase row, Action<string, long, long> progress)
    {
        foreach (var size in s_checked) { BenchmarkModel.Prepare(ModelOf(row, size), progress); }
    }

    internal override CaseWork Open(SuiteCase row)
    {
        var shared = row["Setting"] == Shared ? new OrtSharedWeights(BenchmarkModel.Artefacts.Get(BenchmarkModel.Current, VariantRegistry.Get(row.Variant).Recipe!).Path) : null;
        // Reading the weights left garbage of their size, which is not what is compared.
        if (shared is not null) { GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); }
        var first = ModelOf(row, s_sizes[0], shared).Open();
        var second = row["Setting"] is Two or Shared ? ModelOf(row, s_sizes[0], shared).Open() : null;
        IInferenceEngine[] engines = [.. new[] { first, second }.OfType<OpenVariant>().Select(c => c.Engine)];
        var sizes = new VaryingSizes(engines, freshOutputs: row["Setting"] == Fresh);
        return first.Work(sizes) with
        {
            Known = first.Known with { ImagesPerOperation = s_sizes.Length, InputSide = null }, // sizes vary
            MemoryOperations = 2,
            Concluded = () => sizes.Conclude(size => ModelOf(row, size)),
            CompleteMemory = memory => EngineMemory.Complete(memory, engines) with { GrowthBytes = sizes.GrowthBytes },
            Findings = () => sizes.Findings,
            Owned = [.. new IDisposable?[] { first, second, shared }.OfType<IDisposable>()],
        };
    }

    sealed class VaryingSizes : IOperation
    {
        readonly IReadOnlyList<IInferenceEngine> _engines;
        readonly TensorSet[] _inputs, _outputs;
        readonly bool _freshOutputs;
        readonly bool _peakIsOurs;
        readonly MemoryReading _start;
        MemoryReading _end;
        TensorSet[] _firstOutputs = [];
        int _round, _runs, _runsAtEnd;

        internal VaryingSizes(IReadOnlyList<IInferenceEngine> engines, bool freshOutputs)
        {
            (_engines, _freshOutputs) = (engines, freshOutputs);
            _inputs = [.. s_sizes.Select(size => SyntheticImages.CreateBatch(size))];
            _outputs = [.. _inputs.Select(engines[0].AllocateOutputs)];
            _peakIsOurs = ProcessMemory.TryResetPeak();
            _start = ProcessMemory.Read();
        }

        public void Run()
        {
            for (var i = 0; i < _inputs.Length; i++)
            {
                // Another one the next time: each session meets every size, as the only one does.
                var engine = _engines[(i + _round) % _engines.Count];
                if (_freshOutputs) { _outputs[i] = engine.AllocateOutputs(_inputs[i]); }
                engine.Run(_inputs[i], _outputs[i]);
                engine.Synchronize();
                _runs++;
            }

            _round++;
        }

        /// <summary>Only here, after a timed sample: the memory pass runs the sizes too, and is not told of.</summary>
        public void Finish(double ms)
        {
            (_runsAtEnd, _end) = (_runs, ProcessMemory.Read());
            if (_firstOutputs.Length == 0) { _firstOutputs = [.. _outputs.Select(o => o.Copy())]; }
        }

        /// <summary>Checks what the last sample left and keeps the figures; before the memory pass.</summary>
        internal AuditInfo Conclude(Func<ImageSize, VariantCase> modelOf)
        {
            var logits = s_checked.Max(size => modelOf(size).Compare(_outputs[Array.IndexOf(s_sizes, size)]).LogitsMaxAbs);
            var equal = s_checked.Count(size => Array.IndexOf(s_sizes, size) is var i && _outputs[i].Zip(_firstOutputs[i]).All(p => p.First.Bytes.SequenceEqual(p.Second.Bytes)));
            Findings =
            [
                new("memory", $"resident before {_runsAtEnd} runs of {s_sizes.Length} sizes, most meanwhile, after them",
                    string.Join(", ", Size(_start.RssBytes), Size(_peakIsOurs ? _end.PeakRssBytes : null), Size(_end.RssBytes))),
                new("checked", $"largest difference of logits to the reference after the last run at {string.Join(", ", s_checked)}; the other {s_sizes.Length - s_checked.Length} sizes are not compared", Invariant($"{logits:0.0E+0}")),
            ];
            return new(s_checked.Length, equal, FreshInputs: 0, FreshToUsual: null) { CachingExcluded = false };
        }

        /// <summary>What is resident before, while and after the sizes ran, and what was checked; the arena's own figures stand in the result.</summary>
        internal IReadOnlyList<Finding> Findings { get; private set; } = [];
        internal long? GrowthBytes => _end.RssBytes - _start.RssBytes; // resident after the last timed sample less before the first; null without either

        static string Size(long? bytes) => bytes is { } known ? Invariant($"{known / 1048576.0:F0} MiB") : "unknown";
    }
}
