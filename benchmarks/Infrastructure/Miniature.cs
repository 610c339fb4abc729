namespace DetrPerfLab.Benchmarks;

/// <summary>The trained miniature and models made of it: calibrated on scenes, judged on others.</summary>
static class Miniature
{
    internal const string Name = "detr-mini";
    const int Calibrating = 32;

    static readonly string s_calibration = SceneDataset.FolderOf(Calibrating, SceneDataset.CalibratingSeed);
    static readonly int s_judged = RunOptions.IsQuick ? 100 : 500;
    static readonly SceneJudge s_judge = new(SceneDataset.FolderOf(s_judged, SceneDataset.JudgingSeed), s_judged, SceneDataset.JudgingSeed);
    static bool s_isDrawn;

    /// <summary>A model of the scenes' classes, by its name or file. The scenes that INT8 ranges come from are drawn by the host, before any case reads them.</summary>
    internal static VariantModel Of(string nameOrFile) => VariantModel.Of(nameOrFile, new CalibrationChoice { Folder = s_calibration, Images = Calibrating }, new FamilyOptions());

    internal static void DrawCalibration()
    {
        if (s_isDrawn) { return; }
        SceneDataset.Write(s_calibration, Calibrating, SceneDataset.CalibratingSeed);
        s_isDrawn = true;
    }

    internal static DatasetEvaluation Judge(VariantModel model, string variant)
    {
        DrawCalibration();
        return s_judge.Judge(model, variant, BenchmarkModel.Artefacts);
    }

    internal static Interval? Difference(DatasetEvaluation reference, DatasetEvaluation candidate) => s_judge.Difference(reference, candidate);

    /// <summary>Where the weights that were timed are synthetic, AP of the miniature in the same variant: what that variant costs a model that has learnt something.</summary>
    internal static RunResult StandIn(RunResult result)
    {
        if (result.SamplesMs.Count == 0 || !BenchmarkModel.Current.IsSynthetic || BenchmarkModel.Current.Config is not DetrConfig) { return result; }
        var model = Of(Name);
        var (reference, own) = (Judge(model, VariantName.Baseline), Judge(model, result.Variant));
        return result with { StandIn = new(Name, s_judged, own.Evaluation.Summary.Ap!.Value, own == reference ? null : Difference(reference, own), VariantName.Baseline) };
    }
}
