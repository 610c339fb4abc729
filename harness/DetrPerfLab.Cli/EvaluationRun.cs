namespace DetrPerfLab.Cli;

/// <summary>One evaluated artefact; <paramref name="Resumed"/> images were done by an earlier, interrupted run. The reference has no comparison.</summary>
sealed record EvaluationRow(ArtefactInfo Artefact, EngineInfo Engine, DatasetEvaluation Result, int Resumed, EvaluationComparison? Comparison = null)
{
    internal EvaluationRow ComparedWith(EvaluationRow reference, CocoGroundTruth truth) =>
        this with { Comparison = EvaluationComparison.Of(truth, reference.Result, Result) };
}

/// <summary>Evaluates one artefact after the other, each with a journal that survives an interruption.</summary>
sealed class EvaluationRun(CocoDataset dataset, DetectorOptions options) : IDisposable
{
    readonly string _dataset = dataset.Describe().Sha256;
    readonly List<DetectionJournal> _journals = [];

    internal EvaluationRow Evaluate(Func<OpenedEngine> open, Action<long, long> progress, CancellationToken cancellation)
    {
        using var opened = open();
        var info = opened.Engine.Info;
        var journal = new DetectionJournal(
            Path.Combine(LabPaths.ModelCache, "eval"),
            $"{opened.Artefact.Sha256} {info.Variant} {info.Runtime} {info.RuntimeVersion} {_dataset} {options.Size} {options.Postprocess}");
        _journals.Add(journal);
        var resumed = journal.Count;
        return new(opened.Artefact, info, DatasetEvaluator.Evaluate(opened.Engine, dataset, options, progress, cancellation, journal), resumed);
    }

    /// <summary>All is done and written: the next run measures anew.</summary>
    internal void Forget()
    {
        Dispose();
        foreach (var journal in _journals) { File.Delete(journal.Path); }
    }

    public void Dispose()
    {
        foreach (var journal in _journals) { journal.Dispose(); }
    }
}
