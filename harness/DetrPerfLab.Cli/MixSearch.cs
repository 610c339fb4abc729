using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Cli;

/// <summary>Searches the layers that must stay float for a loss that somebody judges; calibrates once for all mixes of precisions.</summary>
/// <param name="loss">The loss of a mix, in the unit of the target; asked once for each file that differs.</param>
sealed class MixSearch(ModelProto model, ModelUse use, SensitivityOptions options, IReadOnlyCollection<TensorSet> inputs, SensitivityTable table, Func<Func<OpenedEngine>, double> loss) : IDisposable
{
    internal const int MostTrials = 24;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("detrlab-mix-");
    readonly Dictionary<string, double> _known = []; // by the file's sha256: two choices may come to one mix
    readonly Lazy<IReadOnlyDictionary<string, TensorRange>> _ranges =
        new(() => SensitivityAnalysis.Ranges(new OrtCalibrationRunner(), model, inputs, options.Quantization, options.Checkpoint, options.Cancellation));

    internal KeepList Run(double target, int trials, Action<long, long> progress)
    {
        var tried = 0;
        return KeepListSearch.Search(
            table.Groups, target,
            kept =>
            {
                progress(++tried, trials);
                return LossOf(kept);
            },
            trials);
    }

    /// <summary>Of the mix in which these groups stay float.</summary>
    internal double LossOf(IReadOnlySet<string> kept)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        var plan = options.Quantization.Plan.With(NodePrecision.Float, table.Groups.Where(g => kept.Contains(g.Group)).SelectMany(g => g.Nodes), "tried");
        var path = Path.Combine(_folder.FullName, "mix.onnx");
        OnnxFile.Save(SensitivityAnalysis.Mix(model, options.Quantization with { Plan = plan }, _ranges.Value), path);
        var artefact = Artefact.Of(path).Info;
        return _known.TryGetValue(artefact.Sha256, out var known) ? known
            : _known[artefact.Sha256] = loss(() => new(new OrtEngine(path), artefact) { Use = use });
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
