namespace DetrPerfLab.Training;

/// <summary>How well models of the scenes' classes find things on scenes that they never learnt from, by COCO's rules.</summary>
/// <param name="folder">The scenes are drawn into it when the first model is judged: what lies there may be of another build.</param>
public sealed class SceneJudge(string folder, int scenes, ulong seed)
{
    readonly Dictionary<(string Model, string Variant), DatasetEvaluation> _judged = [];
    CocoDataset? _dataset;

    /// <summary>All detections count, whatever their score. A variant of a model is judged once.</summary>
    /// <param name="artefacts">Where the variant's model file lies, or is built.</param>
    public DatasetEvaluation Judge(VariantModel model, string variant, ArtefactCache artefacts, int threads = 0, CancellationToken stop = default)
    {
        if (_judged.TryGetValue((model.Identity, variant), out var known)) { return known; }
        using var opened = VariantRegistry.Get(variant).Create(model, new() { Threads = threads }, artefacts);
        return _judged[(model.Identity, variant)] = DatasetEvaluator.Evaluate(opened.Engine, model.Use, Dataset(stop), new(), cancellation: stop);
    }

    /// <summary>AP minus that of a reference, with a paired bootstrap interval over scenes.</summary>
    public Interval? Difference(DatasetEvaluation reference, DatasetEvaluation candidate) => EvaluationComparison.Of(Dataset(default).Truth, reference, candidate).ApDifference;

    CocoDataset Dataset(CancellationToken stop)
    {
        if (_dataset is null) { SceneDataset.Write(folder, scenes, seed, stop: stop); }
        return _dataset ??= CocoDataset.Open(folder);
    }
}
