namespace DetrPerfLab.Benchmarks;

/// <summary>Classifiers: ResNet-50 and ViT-B/16 by engine and precision; the ViT by image size, too, and by batch and threads.</summary>
public class ClassifierBenchmarks : ForwardBenchmarks
{
    const string ResNet = "resnet50", Vit = "vit-b-16";

    static readonly int s_cores = Environment.ProcessorCount;

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from variant in (string[])["torch-fp32", "torchscript-fp32", "torch-fp32-fused", "torch-int8-dynamic", "torch-int8-static", "ort-fp32", "ort-int8-dynamic", "ort-int8-static"] select Row(variant, ResNet),
        .. from variant in (string[])["torch-fp32", "torchscript-fp32", "torch-fp32-fused", "torch-int8-dynamic", "ort-fp32", "ort-int8-dynamic"] select Row(variant, Vit),
        // Positions of the two smaller grids are interpolated.
        .. from variant in (string[])["torch-fp32", "ort-fp32"]
           from size in (int[])[196, 168]
           select Row(variant, Vit, size) with { FullOnly = variant == "torch-fp32" },
        .. from variant in (string[])["torch-fp32", "ort-fp32"]
           from batch in (int[])[1, 4]
           from threads in Counts
           where batch > 1 || threads != s_cores // measured above
           select Row(variant, Vit, batch: batch, threads: threads) with { FullOnly = variant == "torch-fp32" },
    ];

    /// <summary>One, four as in the published comparison where the machine has more, and all cores.</summary>
    internal static IEnumerable<int> Counts => new[] { 1, 4, s_cores }.Where(threads => threads <= s_cores).Distinct();

    static SuiteCase Row(string variant, string model, int size = 224, int batch = 1, int? threads = null) => new(
        variant, ("Model", model), ("Size", SuiteCase.Text(size)), ("Batch", SuiteCase.Text(batch)), ("Threads", SuiteCase.Text(threads ?? s_cores)));

    public override RunResult Explain(SuiteCase row, RunResult result, MachineInfo machine)
    {
        result = base.Explain(row, result, machine);
        var (patches, rest) = Math.DivRem(row.Number("Size"), VitConfig.VitB16.Patch);
        return row["Model"] == ResNet || rest == 0 || result.SamplesMs.Count == 0 ? result : result with
        {
            Findings = [.. result.Findings, new("size", $"no multiple of the patch of {VitConfig.VitB16.Patch} pixels: the network does not see the last rows and columns", $"{patches}x{patches} patches, {rest} pixels left over")],
        };
    }

    private protected override VariantCase CaseOf(SuiteCase row)
    {
        var size = new ImageSize(row.Number("Size"), row.Number("Size"));
        return BenchmarkModel.CaseOf(row, row["Model"]!, [.. Enumerable.Repeat(size, row.Number("Batch"))]) with { Settings = new() { Threads = row.Number("Threads") } };
    }
}
