namespace DetrPerfLab.Benchmarks;

/// <summary>How many images at once, of equal size and of sizes that must be padded to the largest.</summary>
[Samples(full: 10, quick: 6)]
public class BatchBenchmarks : ForwardBenchmarks
{
    /// <summary>Photographs as they come: both orientations, and some small ones.</summary>
    static readonly ImageSize[] s_unequal =
        [new(800, 1066), new(1066, 800), new(800, 800), new(640, 1066), new(800, 1199), new(800, 1066), new(1066, 800), new(600, 800)];

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from batch in (string[])["1", "2", "4", "8"] select new SuiteCase("ort-int8-static", ("Batch", batch), ("Sizes", "equal")),
        .. from batch in (string[])["2", "4", "8"] select new SuiteCase("ort-int8-static", ("Batch", batch), ("Sizes", "unequal")) { FullOnly = batch == "8" },
    ];

    public override RunResult Explain(SuiteCase row, RunResult result, MachineInfo machine) =>
        base.Explain(row, result, machine) with { PaddedShare = PaddedShare(CaseOf(row).Sizes) };

    internal static double PaddedShare(IReadOnlyList<ImageSize> sizes)
    {
        var fed = (double)sizes.Count * sizes.Max(s => s.Height) * sizes.Max(s => s.Width);
        return 1 - (sizes.Sum(s => (double)s.Height * s.Width) / fed);
    }

    private protected override VariantCase CaseOf(SuiteCase row) => BenchmarkModel.CaseOf(row, row["Sizes"] == "equal"
        ? [.. Enumerable.Repeat(BenchmarkModel.DefaultSize, row.Number("Batch"))]
        : s_unequal[..row.Number("Batch")]);
}
