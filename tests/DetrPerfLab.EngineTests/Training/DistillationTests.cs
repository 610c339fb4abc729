using DetrPerfLab.EngineTests.Cli;
using DetrPerfLab.Tests;
using static TorchSharp.torch;

namespace DetrPerfLab.EngineTests.Training;

/// <summary>A student is drawn to its teacher.</summary>
[Collection(nameof(Alone))] // libtorch's threads are of the process
public class DistillationTests
{
    [Fact]
    public void Of_StudentThatIsTheTeacher_HasNothingToLearn()
    {
        using var scope = NewDisposeScope();
        var weights = Sure(seed: 1);
        using var student = new TrainableDetr(weights);
        using var distillation = new Distillation(new(weights), new(TrainingTests.Small.Classes, groups: 1));
        var pictures = rand(2, 3, 64, 64);
        var outputs = student.Forward(pictures);
        Assert.Equal(0, distillation.Of(outputs with { Layers = [outputs.Layers[^1]] }, pictures).item<float>(), 1e-5f);
    }

    [Fact]
    public void Of_StudentThatIsNot_LearnsClassesBoxesAndFeatures()
    {
        using var scope = NewDisposeScope();
        using var student = new TrainableDetr(TrainingTests.Small, groups: 2, seed: 2);
        using var distillation = new Distillation(new(Sure(seed: 1)), new(TrainingTests.Small.Classes, groups: 2));
        var pictures = rand(2, 3, 64, 64);
        var loss = distillation.Of(student.Forward(pictures), pictures);
        Assert.True(loss.item<float>() > 0.1);
        loss.backward();
        foreach (var name in (string[])["class_embed.weight", "bbox_embed.layers.2.weight", "transformer.encoder.layers.0.linear2.weight", "backbone.0.body.conv1.weight"])
        {
            Assert.True(student.Parameters[name].grad!.abs().sum().item<float>() > 0, name);
        }
    }

    /// <summary>The command from a trained model to its student, which begins with half of the layers.</summary>
    [Fact]
    public void Distill_FromACheckpoint_WritesAStudent()
    {
        using var folder = new TempFolder();
        TrainedModels.Save(Sure(seed: 1), folder.File("teacher"));
        var run = CliRun.Of("distill", "--teacher", folder.File("teacher/model.safetensors"), "--steps", "2", "--batch", "1", "--scenes", "2", "--out", folder.File("student"));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(TrainingTests.Small with { Name = "model", BackboneDepth = 10, DecoderLayers = 1 }, Checkpoint.Load(folder.File("student/model.safetensors")).Config);

        var foreign = CliRun.Of("distill", "--teacher", "detr-r50-synthetic", "--out", folder.File("no"));
        Assert.Equal(2, foreign.ExitCode);
        Assert.Contains("knows 91 classes; the scenes that it would learn have 12", foreign.Error);
    }

    /// <summary>Weights whose first class is likely everywhere, so that every query counts.</summary>
    static WeightStore Sure(ulong seed)
    {
        using var model = new TrainableDetr(TrainingTests.Small, groups: 1, seed);
        var drawn = model.ToStore(model.ValueOf, "test");
        drawn["class_embed.bias"].Data[0] = 4;
        return new(drawn.Config, drawn.Tensors, "test", WeightHash.Of(drawn.Tensors));
    }
}
