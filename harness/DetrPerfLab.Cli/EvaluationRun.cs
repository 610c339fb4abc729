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
    // 5,000 images of COCO val2017, 300 detections each, are some 200 MiB.
    const long LargestJournal = 1 << 30;

    readonly string _dataset = dataset.Describe().Sha256;
    readonly List<Journal<JournalEntry>> _journals = [];

    internal EvaluationRow Evaluate(Func<OpenedDetector> open, Action<long, long> progress, CancellationToken cancellation)
    {
        using var opened = open();
        var info = opened.Engine.Info;
        var key = $"{opened.Artefact.Sha256} {info.Variant} {info.Runtime} {info.RuntimeVersion} {_dataset} {options.Size} {options.Postprocess} "
            + BuildId.Of(typeof(DatasetEvaluator)); // the code decides the detections too
        var journal = new Journal<JournalEntry>(Path.Combine(LabPaths.ModelCache, "eval"), "eval", key, entry => entry.Detections is not null, LargestJournal);
        _journals.Add(journal);
        var resumed = journal.Entries.Count;
        return new(opened.Artefact, info, DatasetEvaluator.Evaluate(opened.Engine, dataset, options, progress, cancellation, journal), resumed);
    }

    /// <summary>All is done and written: the next run measures anew.</summary>
    internal void Forget()
    {
        Dispose();
        foreach (var journal in _journals) { journal.Delete(); }
    }

    public void Dispose()
    {
        foreach (var journal in _journals) { journal.Dispose(); }
    }
}
