using System.Globalization;
using DetrPerfLab.Benchmarks.Infrastructure;
using DetrPerfLab.Core;
using DetrPerfLab.Engines;
using DetrPerfLab.Measure;
using DetrPerfLab.Models;

namespace DetrPerfLab.Benchmarks;

/// <summary>How ONNX Runtime keeps memory, over 200 runs of images of varying size: one sample is ten sizes.</summary>
[Samples(full: 20, quick: 6)]
public class MemoryBenchmarks : WorkBenchmarks
{
    const string Default = "default", NoArena = "no arena", NoPattern = "no memory pattern", Fresh = "fresh outputs", Two = "two sessions", Shared = "two sessions, shared weights";

    /// <summary>As photographs come: sizes and orientations mixed, the largest neither first nor last.</summary>
    static readonly ImageSize[] s_sizes =
        [new(256, 341), new(341, 256), new(192, 256), new(320, 320), new(256, 384), new(384, 512), new(288, 384), new(224, 224), new(384, 288), new(256, 320)];

    private protected override IReadOnlyList<string> Axis => ["Setting"];

    protected override IReadOnlyList<SuiteCase> Rows =>
        [.. from setting in (string[])[Default, NoArena, NoPattern, Fresh, Two, Shared] select new SuiteCase("ort-fp32", ("Setting", setting))];

    static ModelCase ModelOf(SuiteCase row, OrtSharedWeights? shared = null) => new(row.Variant, s_sizes[0], new EngineSettings
    {
        Arena = row["Setting"] != NoArena,
        MemoryPattern = row["Setting"] != NoPattern,
        SharedWeights = shared,
    });

    internal override void Prepare(SuiteCase row, Action<string, long, long> progress) => ModelOf(row).Prepare(progress);

    internal override CaseWork Open(SuiteCase row)
    {
        var shared = row["Setting"] == Shared ? new OrtSharedWeights(BenchmarkModel.Artefacts.Get(BenchmarkModel.Current, VariantRegistry.Get(row.Variant).Recipe!).Path) : null;
        // Reading the weights left garbage of their size, which is not what is compared.
        if (shared is not null) { GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); }
        var first = ModelOf(row, shared).Check();
        var second = row["Setting"] is Two or Shared ? ModelOf(row, shared).Check() : null;
        var sizes = new VaryingSizes([.. new[] { first, second }.OfType<CheckedEngine>().Select(c => c.Engine)], freshOutputs: row["Setting"] == Fresh);
        return first.Work(sizes) with
        {
            ImagesPerOperation = s_sizes.Length,
            InputSide = null, // they vary
            MemoryOperations = 2,
            Findings = () => sizes.Findings,
            Owned = [.. new IDisposable?[] { first.Owner, second?.Owner, shared }.OfType<IDisposable>()],
        };
    }

    /// <summary>Runs every size once, the engines in turns.</summary>
    sealed class VaryingSizes : IOperation
    {
        readonly IReadOnlyList<IInferenceEngine> _engines;
        readonly TensorSet[] _inputs, _outputs;
        readonly bool _freshOutputs;
        int _runs;
        long? _firstRss, _lastRss;

        internal VaryingSizes(IReadOnlyList<IInferenceEngine> engines, bool freshOutputs)
        {
            (_engines, _freshOutputs) = (engines, freshOutputs);
            _inputs = [.. s_sizes.Select(size => SyntheticImages.CreateBatch(size))];
            _outputs = [.. _inputs.Select(engines[0].AllocateOutputs)];
        }

        public void Run()
        {
            for (var i = 0; i < _inputs.Length; i++)
            {
                var engine = _engines[_runs++ % _engines.Count];
                engine.Run(_inputs[i], _freshOutputs ? engine.AllocateOutputs(_inputs[i]) : _outputs[i]);
            }
        }

        public void Finish(double ms)
        {
            _lastRss = ProcessMemory.Read().RssBytes;
            _firstRss ??= _lastRss;
        }

        /// <summary>What stays resident though every run gave back what it took.</summary>
        internal IReadOnlyList<Finding> Findings => _firstRss is { } first && _lastRss is { } last
            ? [new("memory", $"resident after {_runs} runs of {s_sizes.Length} sizes, over that after the first {s_sizes.Length}", Times(last / (double)first))]
            : [];

        static string Times(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:F2}x");
    }
}
