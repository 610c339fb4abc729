using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Vision;

public class CocoEvaluatorTests
{
    // Both sum the same doubles in another order: a few units in the last place.
    const double Rounding = 1e-12;

    [Fact]
    public void Evaluate_CocoReferenceFiles_GivesNumbersOfPycocotools()
    {
        var expected = JsonDocument.Parse(File.ReadAllText(TestPaths.SharedData("coco-ap-reference", "expected_bbox_stats.json"))).RootElement.GetProperty("stats");
        var truth = CocoGroundTruth.Load(TestPaths.SharedData("coco-ap-reference", "instances_val2014_100.json"));
        var detections = CocoDetections.Load(TestPaths.SharedData("coco-ap-reference", "instances_val2014_fakebbox100_results.json"));

        var actual = CocoEvaluator.Evaluate(truth, detections).Summary;

        foreach (var (name, value) in actual.Numbers) { Assert.Equal(expected.GetProperty(name).GetDouble(), value!.Value, Rounding); }
    }

    [Fact]
    public void Evaluate_RandomDatasets_EqualsPlainImplementation() => Property(seed =>
    {
        var (truth, detections) = CocoCases.Random(seed);
        var actual = CocoEvaluator.Evaluate(truth, detections).Summary.Numbers;
        var expected = PlainCocoEvaluation.Summarize(truth, detections);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(expected[i] is null == (actual[i].Value is null), $"seed {seed}: {actual[i].Name} is {actual[i].Value}, needed {expected[i]}");
            Assert.True(Math.Abs((expected[i] ?? 0) - (actual[i].Value ?? 0)) <= Rounding, $"seed {seed}: {actual[i].Name} is {actual[i].Value}, needed {expected[i]}");
        }
    });

    [Fact]
    public void Evaluate_AnyDetections_GivesNumbersBetween0And1() => Property(seed =>
    {
        var (truth, detections) = CocoCases.Random(seed);
        Assert.All(CocoEvaluator.Evaluate(truth, detections).Summary.Numbers, n => Assert.True(n.Value is null or (>= 0 and <= 1 + Rounding)));
    });

    [Fact]
    public void Evaluate_TruthAsDetections_Gives1() => Property(seed =>
    {
        // One object an image and category: boxes that coincide could else take each other's place.
        var (drawn, _) = CocoCases.Random(seed);
        var truth = CocoCases.Truth(6, 3, [.. drawn.Annotations.Where(a => !a.Crowd).DistinctBy(a => (a.ImageId, a.CategoryId)).Select(a => a with { Area = a.Box.Area })]);
        var perfect = CocoCases.Detections(truth.Annotations.Select(a => new CocoDetection(a.ImageId, a.CategoryId, 0.5, a.Box)));

        Assert.All(CocoEvaluator.Evaluate(truth, perfect).Summary.Numbers, n => Assert.Equal(1, n.Value ?? 1, Rounding));
    });

    [Fact]
    public void Evaluate_ShuffledFiles_GivesSameNumbers() => Property(seed =>
    {
        var (truth, tied) = CocoCases.Random(seed);
        // Order breaks ties by design, so each score is made its own first.
        var detections = tied.Items.Select((d, i) => d with { Score = d.Score + (i * 1e-6) }).ToArray();
        var expected = CocoEvaluator.Evaluate(truth, CocoCases.Detections(detections)).Summary;
        var shuffled = (CocoDetection[])detections.Clone();
        new DeterministicRandom(seed).Shuffle<CocoDetection>(shuffled);
        var reversed = new CocoGroundTruth("reversed", truth.Images.Reverse(), truth.Categories.Reverse(), truth.Annotations);

        Assert.Equal(expected, CocoEvaluator.Evaluate(reversed, CocoCases.Detections(shuffled)).Summary);
    });

    [Fact]
    public void Evaluate_FalsePositiveBelowAllScores_NeverRaisesAp() => Property(seed =>
    {
        var (truth, detections) = CocoCases.Random(seed);
        var before = CocoEvaluator.Evaluate(truth, detections).Summary.Ap;
        detections.Add(new(1, 1, -1, new(5000, 5000, 10, 10)));

        Assert.True((CocoEvaluator.Evaluate(truth, detections).Summary.Ap ?? 0) <= (before ?? 0) + Rounding);
    });

    [Fact]
    public void Evaluate_DetectionsInACrowd_CountNeitherForNorAgainst()
    {
        var single = new CocoAnnotation(1, 1, new(0, 0, 50, 50), 2500, Crowd: false);
        var crowd = new CocoAnnotation(1, 1, new(200, 200, 300, 300), 90000, Crowd: true);
        var hit = new CocoDetection(1, 1, 0.5, single.Box);
        var inCrowd = Enumerable.Range(0, 5).Select(i => new CocoDetection(1, 1, 0.9, new(210 + (i * 40), 210, 30, 30)));

        var actual = CocoEvaluator.Evaluate(CocoCases.Truth(1, 1, [single, crowd]), CocoCases.Detections([.. inCrowd, hit]));

        Assert.Equal(1, actual.Summary.Ap!.Value, Rounding);
        Assert.Equal(1, actual.Summary.Ar100!.Value, Rounding); // of one object: the crowd counts as none
    }

    [Fact]
    public void Evaluate_MoreThan100Detections_CountsBest100()
    {
        var truth = CocoCases.Truth(1, 1, [new(1, 1, new(0, 0, 50, 50), 2500, Crowd: false)]);
        var misses = Enumerable.Range(0, 100).Select(i => new CocoDetection(1, 1, 0.9, new(500, 500, 10, 10))).ToArray();
        var hit = new CocoDetection(1, 1, 0.5, new(0, 0, 50, 50));

        Assert.Equal(0, CocoEvaluator.Evaluate(truth, CocoCases.Detections([.. misses, hit])).Summary.Ar100);
        Assert.Equal(1, CocoEvaluator.Evaluate(truth, CocoCases.Detections([.. misses[1..], hit])).Summary.Ar100);
    }

    [Fact]
    public void Evaluate_HalfOfTheObjectsFound_GivesKnownAp()
    {
        // Recall 0.5 is reached at precision 1: 51 of the 101 recall points.
        var truth = CocoCases.Truth(2, 2, [new(1, 1, new(0, 0, 50, 50), 2500, false), new(2, 1, new(0, 0, 50, 50), 2500, false)]);
        var actual = CocoEvaluator.Evaluate(truth, CocoCases.Detections(new CocoDetection(1, 1, 0.5, new(0, 0, 50, 50))));

        Assert.Equal(51 / 101.0, actual.Summary.Ap!.Value, Rounding);
        Assert.Equal(0.5, actual.Summary.Ar1!.Value, Rounding);
        Assert.Null(actual.Summary.ApSmall);
    }

    [Fact]
    public void Evaluate_UnknownIds_AreNamed()
    {
        var truth = CocoCases.Truth(1, 1, []);
        var box = new CocoBox(0, 0, 1, 1);

        Assert.Contains("images 7", Refused(() => CocoEvaluator.Evaluate(truth, CocoCases.Detections(new CocoDetection(7, 1, 1, box)))));
        Assert.Contains("categories 9", Refused(() => CocoEvaluator.Evaluate(truth, CocoCases.Detections(new CocoDetection(1, 9, 1, box)))));
    }

    [Fact]
    public void Evaluate_UnknownCategorySkipped_CountsTheOthers()
    {
        var box = new CocoBox(0, 0, 50, 50);
        var found = CocoCases.Detections(new CocoDetection(1, 9, 1, box), new CocoDetection(1, 1, 0.5, box));

        Assert.Equal(1, CocoEvaluator.Evaluate(CocoCases.Truth(1, 1, [new(1, 1, box, 2500, false)]), found).Summary.Ap!.Value, Rounding);
    }

    [Fact]
    public void Evaluate_NoDetections_Gives0AndNoObjects_GivesNothing()
    {
        var truth = CocoCases.Truth(1, 1, [new(1, 1, new(0, 0, 50, 50), 2500, false)]);

        Assert.Equal(0, CocoEvaluator.Evaluate(truth, new CocoDetections("none")).Summary.Ap);
        Assert.Null(CocoEvaluator.Evaluate(CocoCases.Truth(1, 1, []), new CocoDetections("none")).Summary.Ap);
    }

    [Fact]
    public void FromDetections_SameDetections_Agree()
    {
        var (drawn, reference) = CocoCases.Random(3);
        var distinct = CocoCases.Detections(reference.Items.Where(d => d.Score >= 0.5).DistinctBy(d => (d.ImageId, d.CategoryId)));
        var truth = drawn.FromDetections(distinct, threshold: 0.5);

        Assert.NotEmpty(truth.Annotations);
        Assert.Equal(1, CocoEvaluator.Evaluate(truth, distinct).Summary.Ap!.Value, Rounding);
    }

    static string Refused(Action action)
    {
        var error = Assert.Throws<LabException>(action);
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        return error.Message;
    }

    static void Property(Action<ulong> holds) =>
        Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), holds).QuickCheckThrowOnFailure();
}
