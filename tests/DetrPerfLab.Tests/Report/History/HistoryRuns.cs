namespace DetrPerfLab.Tests.Report;

/// <summary>Made-up runs of cases over commits.</summary>
static class HistoryRuns
{
    internal const string Id = "PrecisionBenchmarks.Forward(Variant: ort-fp32)";

    /// <summary>Commit n of 40 hex digits, as git would name it, and as no repository has it.</summary>
    internal static string Commit(int n) => $"{n:x7}{new string('f', 33)}";

    /// <summary>15 samples of a case around a median, ms, skewed to the right by a few percent as times are; each commit an hour after the other.</summary>
    internal static RunResult Run(int commit, double ms, string id = Id, MachineInfo? machine = null, int samples = 15)
    {
        var random = new DeterministicRandom((ulong)((commit * 7919) + id.Length));
        return new()
        {
            Id = id,
            Suite = id.Split("Benchmarks")[0],
            Variant = "ort-fp32",
            Started = new DateTimeOffset(2001, 2, 3, 0, 0, 0, TimeSpan.Zero).AddHours(commit),
            Commit = Commit(commit),
            Machine = (machine ?? FakeResults.Machine).Fingerprint,
            SamplesMs = [.. Enumerable.Range(0, samples).Select(_ => ms * (0.99 + (0.02 * random.NextDouble()) + (0.05 * Math.Pow(random.NextDouble(), 6))))],
        };
    }

    internal static RunResult Contaminated(this RunResult run) => run with { Contamination = new(ContaminationVerdict.Contaminated, ["steal time 9 %, limit 2 %"]) };

    internal static HistoryModel Model(params IEnumerable<RunResult> runs) => HistoryModel.Of(Stored(runs), null, null);

    internal static StoredResults Stored(params IEnumerable<RunResult> runs) => new([.. runs.OrderBy(r => r.Started).Select(r => new StoredRun(r, $"fake-8c-{r.Machine}"))], []);

    internal static string[] Lines(HistoryModel model) => [.. new HistoryPage(model, [], new()).Lines()];
}
