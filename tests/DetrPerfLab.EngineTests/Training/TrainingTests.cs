using DetrPerfLab.EngineTests.Cli;
using DetrPerfLab.Tests;
using FsCheck;
using FsCheck.Fluent;
using static TorchSharp.torch;

namespace DetrPerfLab.EngineTests.Training;

/// <summary>The model that learns computes what the lab's own eager model does; its loss is DETR's; a run goes on as if it had not stopped.</summary>
[Collection(nameof(Alone))] // libtorch's threads are of the process
public class TrainingTests
{
    const int Few = 4; // scenes that a run is judged on, where its AP is not what is tested

    internal static readonly DetrConfig Small = TrainingOptions.Mini with { Name = "small", BackboneWidth = 16, HiddenDim = 32, FeedForwardDim = 64, EncoderLayers = 1, DecoderLayers = 2, Queries = 10 };

    static readonly TrainingOptions s_options = new() { Config = Small, Steps = 12, Batch = 4, Scenes = 4, Groups = 2, WarmUpSteps = 1, LearningRate = 1e-3, Threads = 1 };

    static readonly Arbitrary<float[]> s_boxes = Gen.Choose(1, 100).Select(v => v / 100f).ArrayOf(8).ToArbitrary();

    [Fact]
    public void Forward_WithoutLearning_IsTheEagerModels()
    {
        using var model = new TrainableDetr(Small, groups: 2, seed: 1);
        var store = model.ToStore(model.ValueOf, "test");
        var inputs = SyntheticImages.CreateBatch(new ImageSize(64, 96), new ImageSize(64, 96));
        using var opened = VariantRegistry.Get("torch-fp32").Create(TrainedModels.Of(store), new() { Threads = 1 }, new(Path.GetTempPath()));
        var outputs = opened.Engine.AllocateOutputs(inputs);
        opened.Engine.Run(inputs, outputs);

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var last = model.Forward(tensor(inputs["pixel_values"].Floats.ToArray(), [2, 3, 64, 96])).Layers[^1];
        Near(outputs["logits"].Floats, last.Logits.narrow(1, 0, Small.Queries));
        Near(outputs["pred_boxes"].Floats, last.Boxes.narrow(1, 0, Small.Queries));

        static void Near(ReadOnlySpan<float> expected, Tensor actual)
        {
            float[] values = [.. actual.contiguous().data<float>()];
            Assert.Equal(expected.Length, values.Length);
            for (var i = 0; i < values.Length; i++) { Assert.Equal(expected[i], values[i], 1e-4f); } // sums in another order
        }
    }

    [Fact]
    public void Create_FromWeights_IsTheirModelWithFurtherGroupsNearTheFirst()
    {
        using var drawn = new TrainableDetr(Small, groups: 1, seed: 1);
        var weights = drawn.ToStore(drawn.ValueOf, "test");
        using var model = new TrainableDetr(weights, groups: 3, seed: 2);
        Assert.Equal(weights.Sha256, model.ToStore(model.ValueOf, "test").Sha256);

        using var scope = NewDisposeScope();
        var (own, all) = (drawn.ValueOf("query_embed.weight"), model.ValueOf("query_embed.weight"));
        Tensor[] others = [.. Enumerable.Range(1, 2).Select(group => all.narrow(0, group * Small.Queries, Small.Queries))];
        Assert.All(others, other => Assert.InRange((other - own).std().item<float>(), 0.15f, 0.25f));
        Assert.False(others[0].allclose(others[1]));
    }

    [Fact]
    public void GeneralizedIou_AnyBoxes_IsThatOfTheMatcher() =>
        Prop.ForAll(s_boxes, boxes =>
        {
            using var scope = NewDisposeScope();
            var of = DetrLoss.GeneralizedIou(tensor(boxes[..4], [1, 4]), tensor(boxes[4..], [1, 4])).item<float>();
            return Math.Abs(of - Box.GeneralizedIou(Box.FromCenter(boxes.AsSpan(0, 4)), Box.FromCenter(boxes.AsSpan(4, 4)))) < 1e-5;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Loss_Gradients_AreThoseOfFiniteDifferences()
    {
        var random = new DeterministicRandom(seed: 5);
        const int Queries = 3, Classes = 2;
        float[] logits = [.. Enumerable.Range(0, Queries * (Classes + 1)).Select(_ => (float)random.NextDouble())], truth = [0.5f, 0.45f, 0.3f, 0.35f];
        // None so near to the truth that a step crosses the corner of an absolute value.
        float[] boxes = [.. Enumerable.Range(0, Queries * 4).Select(i => truth[i % 4] + ((random.Next(2) == 0 ? 1 : -1) * (0.05f + (0.1f * (float)random.NextDouble()))))];
        Targets[] targets = [new([1], truth)];
        var loss = new DetrLoss(Classes, groups: 1);

        double At(float[] l, float[] b)
        {
            using var scope = NewDisposeScope();
            return loss.Of([new(tensor(l, [1, Queries, Classes + 1]), tensor(b, [1, Queries, 4]))], targets).Parts.Total;
        }

        using var outer = NewDisposeScope();
        var (tl, tb) = (tensor(logits, [1, Queries, Classes + 1], requires_grad: true), tensor(boxes, [1, Queries, 4], requires_grad: true));
        loss.Of([new(tl, tb)], targets).Loss.backward();
        Check(logits, tl, (i, h) => At([.. logits.Select((v, k) => k == i ? v + h : v)], boxes));
        Check(boxes, tb, (i, h) => At(logits, [.. boxes.Select((v, k) => k == i ? v + h : v)]));

        static void Check(float[] values, Tensor with, Func<int, float, double> at)
        {
            const float Step = 1e-2f; // float32: smaller ones drown in rounding
            float[] gradient = [.. with.grad!.contiguous().data<float>()];
            for (var i = 0; i < values.Length; i++) { Assert.Equal((at(i, Step) - at(i, -Step)) / (2 * Step), gradient[i], 0.05); }
        }
    }

    [Fact]
    public void Loss_ThingsInAnotherOrder_IsTheSame()
    {
        using var scope = NewDisposeScope();
        using var model = new TrainableDetr(Small, groups: 2, seed: 1);
        var (pictures, targets) = new SceneBatches(1, 4, (_, _) => { }, default).Batch(0, 2);
        var outputs = model.Forward(pictures);
        var loss = new DetrLoss(Small.Classes, groups: 2);
        Targets[] turned = [.. targets.Select(t => new Targets([.. t.Labels.Reverse()], [.. t.Boxes.Chunk(4).Reverse().SelectMany(b => b)]))];
        Assert.Equal(loss.Of(outputs.Layers, targets).Parts.Total, loss.Of(outputs.Layers, turned).Parts.Total, 1e-4);
    }

    /// <summary>However a scene is laid, a box goes where its pixels go.</summary>
    [Fact]
    public void Turn_AnyBox_StaysOnItsPixels() =>
        Prop.ForAll(Gen.Choose(0, 7).ToArbitrary(), Gen.Choose(0, Scene.Side - 1).ToArbitrary(), Gen.Choose(0, Scene.Side - 1).ToArbitrary(), (which, column, row) =>
        {
            var turn = new SceneBatches.Turn(which);
            var box = turn.Of([(column + 0.5f) / Scene.Side, (row + 0.5f) / Scene.Side, 0.25f, 0.5f]);
            var isTall = box[3] > box[2];
            return turn.From((int)(box[0] * Scene.Side), (int)(box[1] * Scene.Side)) == (column, row) && isTall == which < 4;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Run_FewScenes_LearnsThem()
    {
        using var folder = new TempFolder();
        var losses = new List<double>();
        using var run = new TrainingRun(s_options with { Steps = 40 }, folder.Path) { Judged = Few };
        run.Run(judgeEvery: 10, _ => { }, p => losses.Add(p.Loss), default);
        Assert.True(losses[^1] < 0.9 * losses[0], string.Join(", ", losses));
    }

    [Fact]
    public void Run_StoppedAndGoneOn_IsTheSameToTheBit()
    {
        using var folder = new TempFolder();
        using var whole = new TrainingRun(s_options, folder.File("whole")) { Judged = Few };
        whole.Run(100, _ => { }, _ => { }, default);
        var steps = 0;
        using var stop = new CancellationTokenSource();
        using (var first = new TrainingRun(s_options, folder.File("parts")) { Judged = Few })
        {
            Assert.Throws<OperationCanceledException>(() => first.Run(judgeEvery: 5, _ => { }, p =>
            {
                steps = (int)p.Step;
                stop.Cancel();
            }, stop.Token));
        }

        using var second = new TrainingRun(s_options, folder.File("parts")) { Judged = Few };
        Assert.Equal(5, steps);
        Assert.Equal(5, second.Step);
        second.Run(100, _ => { }, _ => { }, default);
        Assert.Equal(whole.Store().Sha256, second.Store().Sha256);

        var other = Assert.Throws<LabException>(() => new TrainingRun(s_options with { Batch = 2 }, folder.File("parts")));
        Assert.Contains("other options", other.Message);

        var checkpoint = folder.File("parts/training.ckpt");
        File.WriteAllBytes(checkpoint, File.ReadAllBytes(checkpoint)[..^5000]);
        var cut = Assert.Throws<LabException>(() => new TrainingRun(s_options, folder.File("parts")));
        Assert.Equal(ExitCode.BadInput, cut.ExitCode);
        Assert.Contains("it ends early, or was changed", cut.Message);
    }

    /// <summary>A kill leaves the last checkpoint; here it is taken away while the run goes on.</summary>
    [Fact]
    public void Run_Killed_GoesOnFromTheLastCheckpointToTheSameBits()
    {
        using var folder = new TempFolder();
        using var run = new TrainingRun(s_options, folder.File("run")) { BetweenCheckpoints = TimeSpan.Zero, Judged = Few };
        Directory.CreateDirectory(folder.File("killed"));
        run.Run(judgeEvery: 5, _ => { }, p =>
        {
            if (p.Step == 5) { File.Copy(folder.File("run/training.ckpt"), folder.File("killed/training.ckpt")); }
        }, default);

        using var next = new TrainingRun(s_options, folder.File("killed")) { Judged = Few };
        Assert.InRange(next.BetweenCheckpoints, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal(5, next.Step);
        next.Run(100, _ => { }, _ => { }, default);
        Assert.Equal(run.Store().Sha256, next.Store().Sha256);
    }

    [Fact]
    public void Run_PartsSideBySide_IsTheSameToTheBitAsInTurn()
    {
        using var folder = new TempFolder();
        string[] hashes = [.. new[] { 1, 2 }.Select(threads =>
        {
            using var run = new TrainingRun(s_options with { Threads = threads, Steps = 4 }, folder.File($"{threads}")) { Judged = Few };
            run.Run(100, _ => { }, _ => { }, default);
            return run.Store().Sha256;
        })];
        Assert.Equal(hashes[0], hashes[1]);
    }

    /// <summary>A part's gradients are those of its own pictures' loss; the model's statistics stay as they were until all parts are done.</summary>
    [Fact]
    public void Learn_PartOfABatch_GivesTheGradientsOfItsPictures()
    {
        using var scope = NewDisposeScope();
        using var model = new TrainableDetr(Small, groups: 2, seed: 1);
        var (pictures, targets) = new SceneBatches(1, 4, (_, _) => { }, default).Batch(0, 4);
        string[] before = [.. model.Statistics.Values.Select(s => s.sum().item<float>().ToString("R"))];
        using var part = new BatchPart(model, new(Small.Classes, groups: 2), distillation: null);
        var result = part.Learn(pictures, targets, 2..4);
        Assert.Equal(before, model.Statistics.Values.Select(s => s.sum().item<float>().ToString("R")));

        new DetrLoss(Small.Classes, groups: 2).Of(model.Forward(pictures.narrow(0, 2, 2), model.Statistics), [.. targets.Skip(2)]).Loss.backward();
        foreach (var (gradient, parameter) in result.Gradients!.Zip(model.Parameters.Values)) { Assert.True(allclose(parameter.grad!, gradient, 1e-3, 1e-5)); }
        foreach (var (name, statistic) in model.Statistics) { Assert.True(allclose(statistic, result.Statistics[name])); }
    }

    /// <summary>A step's numbers are freed when the collector finds them, which may be while libtorch reads them.</summary>
    [Fact]
    public void Do_WorkThatAllocates_IsNotInterruptedByACollection()
    {
        var (before, after) = (0, 0);
        Uncollected.Do(() =>
        {
            before = GC.CollectionCount(0);
            for (var i = 0; i < 400; i++) { GC.KeepAlive(new float[16 * 1024]); } // 25 MiB; many times what is collected after otherwise
            after = GC.CollectionCount(0);
        });
        Assert.Equal(before, after);
        Assert.Throws<InvalidOperationException>(() => Uncollected.Do(() => throw new InvalidOperationException("of the work")));
        Uncollected.Do(() => { }); // and nothing is left open
    }

    /// <summary>The command itself: a second time it goes on with its own files, in a folder of the user's.</summary>
    [Fact]
    public void Train_SameCommandTwice_GoesOn()
    {
        using var folder = new TempFolder();
        string[] command = ["train", "mini", "--steps", "2", "--batch", "1", "--scenes", "2", "--out", folder.File("run")];
        foreach (var run in (CliRun[])[CliRun.Of(command), CliRun.Of(command)])
        {
            Assert.True(run.ExitCode == 0, run.Error);
            Assert.Contains("Trained: ", run.Output);
        }

        var log = System.Text.Json.JsonDocument.Parse(File.ReadAllText(folder.File("run/training.json"))).RootElement;
        Assert.Equal(2, Assert.Single(log.GetProperty("progress").EnumerateArray()).GetProperty("step").GetInt64());
    }

    [Fact]
    public void Train_Dilation_IsKeptByTheModelAndWhatIsMadeOfIt()
    {
        using var folder = new TempFolder();
        string[] shortly = ["--steps", "1", "--batch", "1", "--scenes", "1"];
        Made("mini", ["train", "mini", "--dilation", .. shortly]);
        Made("on", ["train", "mini", "--from", folder.File("mini/model.safetensors"), .. shortly]);
        Made("pruned", ["prune", "--model", folder.File("mini/model.safetensors"), "--ratio", "0.2"]);
        Assert.True(LayerPruner.Halve(Checkpoint.Load(folder.File("mini/model.safetensors"))).Config.Dilation);

        void Made(string name, string[] command)
        {
            var run = CliRun.Of([.. command, "--out", folder.File(name)]);
            Assert.True(run.ExitCode == 0, run.Error);
            Assert.True(Checkpoint.Load(folder.File($"{name}/model.safetensors")).Config.Dilation, name);
        }
    }

    [Fact]
    public void Run_LossNotFinite_NamesTheStepAndKeepsItsPictures()
    {
        using var folder = new TempFolder();
        using var run = new TrainingRun(s_options with { LearningRate = 1e30, Clip = 1e30 }, folder.Path);
        var stopped = Assert.Throws<LabException>(() => run.Run(100, _ => { }, _ => { }, default));
        Assert.Matches(@"not finite at step \d+", stopped.Message);
        Assert.Equal(4L * 3 * Scene.Side * Scene.Side * sizeof(float), new FileInfo(Directory.GetFiles(folder.Path, "not-finite-*.bin").Single()).Length);
    }

    [Fact]
    public void Save_ThenLoad_IsTheSameModelInHalfPrecision()
    {
        using var folder = new TempFolder();
        using var model = new TrainableDetr(Small, groups: 2, seed: 1);
        var store = model.ToStore(model.ValueOf, "test");
        TrainedModels.Save(store, folder.Path);
        var loaded = Checkpoint.Load(folder.File("model.safetensors"));
        Assert.Equal(Small with { Name = "model" }, loaded.Config);
        foreach (var tensor in store.Tensors) { Assert.Equal(tensor.Data.Select(v => (float)(Half)v), loaded[tensor.Name].Data); }
        var named = VariantModel.Of(folder.File("model.safetensors"));
        Assert.Equal(Scene.Classes, named.Use.Classes.Names);
        Assert.Equal(Scene.Side, named.Use.Side);
    }
}
