namespace DetrPerfLab.Benchmarks;

/// <summary>How large the image: shorter sides of 800, 672 and 512 pixels of a 3:4 photograph.</summary>
public class ResolutionBenchmarks : ForwardBenchmarks
{
    static readonly ImageSize s_photograph = new(480, 640);

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from variant in (string[])["torch-fp32", "ort-fp32", "ort-int8-static"]
           from size in (string[])["800", "672", "512"]
           select new SuiteCase(variant, ("Size", size)) { FullOnly = variant == "torch-fp32" && size == "672" },
    ];

    private protected override VariantCase CaseOf(SuiteCase row) => BenchmarkModel.CaseOf(row, SizeOf(row));

    /// <summary>The whole size for a row's shorter side, as DETR's own rule gives it.</summary>
    internal static ImageSize SizeOf(SuiteCase row) => ResizeRule.ShorterSide(row.Number("Size")).Apply(s_photograph);
}
