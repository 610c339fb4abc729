namespace DetrPerfLab.Benchmarks;

/// <summary>Precision, threads and resolution in every combination: do their savings multiply?</summary>
public class FactorialBenchmarks : ForwardBenchmarks
{
    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from variant in (string[])["ort-fp32", "ort-int8-static"]
           from threads in (int[])[.. new[] { 1, Environment.ProcessorCount }.Distinct()]
           from size in (string[])["800", "512"]
           select new SuiteCase(variant, ("Threads", threads.ToString(CultureInfo.InvariantCulture)), ("Size", size)),
    ];

    private protected override VariantCase CaseOf(SuiteCase row) =>
        BenchmarkModel.CaseOf(row, ResolutionBenchmarks.SizeOf(row)) with { Settings = new() { Threads = row.Number("Threads") } };
}
