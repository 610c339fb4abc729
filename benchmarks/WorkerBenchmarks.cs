namespace DetrPerfLab.Benchmarks;

/// <summary>How work is spread over the cores: threads inside one inference, a session for each core, or a process for each core.</summary>
public class WorkerBenchmarks : WorkBenchmarks
{
    const string AllThreads = "one session, all threads", Sessions = "a session a core", Processes = "a process a core";
    const int ImagesAWorker = 2; // images that each worker does in one sample, so that the last one's end counts little

    static readonly int s_cores = Environment.ProcessorCount;

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from variant in (string[])["ort-fp32", "ort-int8-static"]
           from layout in (string[])[AllThreads, Sessions, Processes]
           select new SuiteCase(variant, ("Layout", layout)) { FullOnly = variant == "ort-fp32" },
    ];

    static VariantCase ModelOf(SuiteCase row) => BenchmarkModel.CaseOf(row, BenchmarkModel.DefaultSize) with { Settings = new() { Threads = row["Layout"] == AllThreads ? 0 : 1 } };

    /// <summary>Of a fresh input too: workers audit nothing here, but open as those of a bench do.</summary>
    public override void Prepare(SuiteCase row, Action<string, long, long> progress) => BenchmarkModel.Prepare(ModelOf(row), progress, fresh: row["Layout"] == Processes);

    internal override CaseWork Open(SuiteCase row) => row["Layout"] switch
    {
        AllThreads => InOneProcess(row, 1),
        Sessions => InOneProcess(row, s_cores),
        _ => InProcesses(row),
    };

    CaseWork InOneProcess(SuiteCase row, int sessions)
    {
        var open = Enumerable.Range(0, sessions).Select(_ => (ModelOf(row) with { Audit = Audit }).Open()).ToArray();
        var images = ImagesAWorker * s_cores / sessions;
        var work = open[0].Work(() => Parallel.For(0, sessions, new ParallelOptions { MaxDegreeOfParallelism = sessions }, worker =>
        {
            for (var i = 0; i < images; i++) { open[worker].Engine.Run(open[worker].Inputs, open[worker].Outputs); }
            open[worker].Engine.Synchronize();
        }), [.. open.SelectMany(o => o.Inputs)], [.. open.SelectMany(o => o.Outputs)]);
        return work with
        {
            Known = work.Known with { ImagesPerOperation = ImagesAWorker * s_cores },
            MemoryOperations = MemoryOperations,
            CompleteMemory = memory => EngineMemory.Complete(memory, [.. open.Select(o => o.Engine)]),
            Owned = open,
        };
    }

    /// <summary>This process only hands out work: what is deployed, and measured, is the workers.</summary>
    static CaseWork InProcesses(SuiteCase row)
    {
        var request = new WorkerRequest(BenchmarkModel.Name, row.Variant, BenchmarkModel.DefaultSize.Height, BenchmarkModel.DefaultSize.Width, Threads: 1, LabPaths.ModelCache) { WarmUpCapMs = 1 };
        var workers = Enumerable.Range(0, s_cores).Select(_ => new WorkerProcess(EngineProgram.Worker, request)).ToArray();
        var known = workers.Select(worker => worker.Open()).ToArray()[0];
        return new(
            new ActionOperation(() =>
            {
                foreach (var worker in workers) { worker.Begin(ImagesAWorker); }
                foreach (var worker in workers) { worker.Await(); }
            }),
            known with
            {
                ImagesPerOperation = ImagesAWorker * s_cores,
                Cold = null,
                AuditGap = "the workers are processes of their own, whose outputs do not come here; each was compared with the reference before it was timed",
            })
        {
            CompleteMemory = _ => WorkersMemory.Of(workers).ToInfo(),
            Findings = () => [WorkersMemory.Of(workers).Explain()],
            Owned = workers,
        };
    }

    /// <summary>Memory of all workers, bytes; null where the system does not tell it of one of them.</summary>
    sealed record WorkersMemory(int Count, long? Rss, long? PeakRss, long? Proportional)
    {
        internal static WorkersMemory Of(IReadOnlyList<WorkerProcess> workers)
        {
            return new(workers.Count, Total(w => w.RssBytes), Total(w => w.PeakRssBytes), Total(w => w.ProportionalBytes));

            long? Total(Func<WorkerProcess, long?> figure) => workers.Aggregate((long?)0, (sum, worker) => sum + figure(worker));
        }

        long? Shared => Rss - Proportional; // what adding up resident sets counts more than once; null where only Linux would tell

        /// <summary>The kernel keeps no peak of proportional shares. The pages that are shared, libraries, are so all the time: what is counted too often now was so at the peaks.</summary>
        internal MemoryInfo ToInfo() => new()
        {
            SteadyRssBytes = Proportional ?? Rss,
            PeakRssBytes = PeakRss - (Shared ?? 0),
            Arena = new() { Reason = "the sessions are in other processes" },
        };

        internal Finding Explain() => Shared is { } shared
            ? new("memory", $"of {Count} processes, shared pages such as libraries counted by their part (PSS), the peaks of all added up; so much less than resident sets added up",
                string.Create(CultureInfo.InvariantCulture, $"{shared / 1048576.0:F0} MiB"))
            : new("memory", $"resident sets of {Count} processes added up: pages that they share are counted in each");
    }
}
