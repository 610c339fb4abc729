namespace DetrPerfLab.Benchmarks;

/// <summary>How many threads: one to every core and twice that, and what idle threads that spin and parallel operators do.</summary>
public class ThreadBenchmarks : ForwardBenchmarks
{
    static readonly int s_cores = Environment.ProcessorCount;

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from variant in (string[])["torch-fp32", "ort-fp32", "ort-int8-static"]
           from threads in Counts
           select new SuiteCase(variant, ("Threads", SuiteCase.Text(threads))) { FullOnly = variant == "torch-fp32" ? threads != s_cores : variant == "ort-fp32" && threads > s_cores },
        .. from variant in (string[])["torch-fp32", "ort-fp32", "ort-int8-static"]
           select new SuiteCase(variant, ("Threads", SuiteCase.Text(s_cores)), ("Spinning", "off")) { FullOnly = variant == "torch-fp32" },
        .. from variant in (string[])["ort-fp32", "ort-int8-static"]
           select new SuiteCase(variant, ("Threads", SuiteCase.Text(s_cores)), ("InterOp", "2")) { FullOnly = variant == "ort-int8-static" },
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

    private protected override VariantCase CaseOf(SuiteCase row) => BenchmarkModel.CaseOf(row, BenchmarkModel.DefaultSize) with
    {
        Settings = new() { Threads = row.Number("Threads"), InterOpThreads = row.Number("InterOp", 1), Spinning = row["Spinning"] != "off" },
    };
}
