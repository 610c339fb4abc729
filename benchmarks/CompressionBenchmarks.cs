namespace DetrPerfLab.Benchmarks;

/// <summary>What pays first on a trained model: pruning, distilling or quantising it; with the AP of each on scenes that none of them learnt from.</summary>
[Samples(full: 200, quick: 30)]
public class CompressionBenchmarks : ForwardBenchmarks
{
    const string Float = VariantName.OrtFp32;

    protected override IReadOnlyList<SuiteCase> Rows =>
        [.. from model in CompressedModels.Names from variant in (string[])[Float, "ort-int8-static"] select new SuiteCase(variant, (CompressionRows.Model, model))];

    public override void Prepare(SuiteCase row, Action<string, long, long> progress)
    {
        CompressedModels.Make(NameOf(row));
        base.Prepare(row, progress);
    }

    public override RunResult Explain(SuiteCase row, RunResult result, MachineInfo machine)
    {
        result = base.Explain(row, result, machine);
        if (result.SamplesMs.Count == 0) { return result; }
        var (reference, own) = (Miniature.Judge(CompressedModels.Of(CompressionRows.AsItIs), Float), Miniature.Judge(CompressedModels.Of(NameOf(row)), row.Variant));
        return result with { CocoAp = own.Evaluation.Summary.Ap, CocoApDifference = own == reference ? null : Miniature.Difference(reference, own) };
    }

    private protected override VariantCase CaseOf(SuiteCase row) => BenchmarkModel.CaseOf(row, CompressedModels.Of(NameOf(row)), [new(Scene.Side, Scene.Side)]);

    static string NameOf(SuiteCase row) => row[CompressionRows.Model]!;
}
