using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Training;

/// <summary>Models are judged on scenes of the seed that was asked for, each once.</summary>
[Collection(nameof(Alone))] // libtorch's threads are of the process
public class SceneJudgeTests
{
    [Fact]
    public void Judge_SameModelInAnotherEngine_IsJudgedAlikeOnTheSeedsScenes()
    {
        using var folder = new TempFolder();
        using var model = new TrainableDetr(TrainingTests.Small, groups: 1, seed: 1);
        var judged = TrainedModels.Of(model.ToStore(model.ValueOf, "test"));
        var judge = new SceneJudge(folder.File("scenes"), 3, seed: 5);
        ArtefactCache artefacts = new(folder.File("cache"));
        // What lies there already may be of another build.
        SceneDataset.Write(folder.File("scenes"), 1, seed: 9);

        var eager = judge.Judge(judged, "torch-fp32", artefacts);
        var other = judge.Judge(judged, "ort-fp32", artefacts);

        var truth = CocoDataset.Open(folder.File("scenes")).Truth;
        Assert.Equal(Enumerable.Range(0, 3).SelectMany(i => SceneGenerator.Create(5, i).Objects.Select(o => (int)o.Shape)), truth.Annotations.Select(a => a.CategoryId));
        Assert.Equal(3 * TrainingTests.Small.Queries, eager.Detections.Count);
        Assert.Equal(eager.Evaluation.Summary.Ap!.Value, other.Evaluation.Summary.Ap!.Value, 0.01);
        Assert.Same(eager, judge.Judge(judged, "torch-fp32", artefacts));
        Assert.Equal(0, judge.Difference(eager, eager)!.Value.Value);
    }
}
