namespace DetrPerfLab.Benchmarks;

/// <summary>The results of this run, each stored as soon as its case has ended.</summary>
/// <param name="store">results/.</param>
/// <param name="machine">This machine.</param>
sealed class ResultBook(ResultStore store, MachineInfo machine)
{
    readonly List<RunResult> _results = [];

    /// <summary>In the order run.</summary>
    internal IReadOnlyList<RunResult> Results => _results;

    /// <summary>Stores a result, in place of an earlier one of the same id; nothing of it is lost when the run is interrupted later.</summary>
    internal void Add(RunResult result)
    {
        store.Merge(machine, result.Suite, result);
        var at = _results.FindIndex(r => r.Id == result.Id);
        if (at < 0) { _results.Add(result); }
        else { _results[at] = result; }
    }

    /// <summary>Takes up results that the interrupted run stored.</summary>
    internal void Recall(IReadOnlySet<string> ids)
    {
        if (ids.Count == 0) { return; }
        _results.AddRange(ResultStore.Read(store.FolderOf(machine)).Results.Where(r => ids.Contains(r.Id)));
    }

    internal RunResult? Find(string id) => _results.FirstOrDefault(r => r.Id == id);

    /// <summary>What a row's speed-up is counted from: the first row of its suite that differs in nothing but what the suite varies.</summary>
    internal RunResult? BaselineOf(RunResult result)
    {
        var suite = Suites.Find(result.Suite);
        return suite.BaselineAmong(_results.Where(r => r.Suite == result.Suite && suite.FixedPart(r) == suite.FixedPart(result)));
    }

    /// <summary>Speed-up per image over the baseline; null where either has no samples.</summary>
    internal double? SpeedUpOf(RunResult result) => result.SamplesMs.Count > 0 && BaselineOf(result) is { } baseline
        ? MsPerImage(baseline) / MsPerImage(result)
        : null;

    static double MsPerImage(RunResult result) => Quantile.Median([.. result.SamplesMs]) / result.ImagesPerOperation;
}
