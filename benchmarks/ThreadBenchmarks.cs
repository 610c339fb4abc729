namespace DetrPerfLab.Benchmarks;

/// <summary>How many threads: one to every core and twice that, and what idle threads that spin and parallel operators do.</summary>
public class ThreadBenchmarks : ForwardBenchmarks
{
    static readonly int s_cores = Environment.ProcessorCount;

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from variant in (string[])["torch-fp32", "ort-fp32", "ort-int8-static"]
           from threads in Counts
           select new SuiteCase(variant, ("Threads", Text(threads))) { FullOnly = variant == "torch-fp32" ? threads != s_cores : variant == "ort-fp32" && threads > s_cores },
        // ONNX Runtime has an option for it; libtorch's threads are OpenMP's, which reads a variable when the process starts.
        new("torch-fp32", ("Threads", Text(s_cores)), ("Spinning", "off"))
        {
            Environment = new Dictionary<string, string> { ["OMP_WAIT_POLICY"] = "passive" },
            FullOnly = true,
        },
        .. from variant in (string[])["ort-fp32", "ort-int8-static"]
           select new SuiteCase(variant, ("Threads", Text(s_cores)), ("Spinning", "off")),
        .. from variant in (string[])["ort-fp32", "ort-int8-static"]
           select new SuiteCase(variant, ("Threads", Text(s_cores)), ("InterOp", "2")) { FullOnly = variant == "ort-int8-static" },
    ];

    /// <summary>Powers of two below the number of cores, that number, and twice it.</summary>
    internal static IEnumerable<int> Counts
    {
        get
        {
            for (var threads = 1; threads < s_cores; threads *= 2) { yield return threads; }
            yield return s_cores;
            yield return 2 * s_cores;
        }
    }

    private protected override ModelCase CaseOf(SuiteCase row) => new(row.Variant, BenchmarkModel.DefaultSize, new EngineSettings
    {
        Threads = row.Number("Threads"),
        InterOpThreads = row.Number("InterOp", 1),
        Spinning = row["Spinning"] != "off",
    });

    static string Text(int threads) => threads.ToString(CultureInfo.InvariantCulture);
}
