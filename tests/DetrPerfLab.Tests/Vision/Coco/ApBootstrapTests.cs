namespace DetrPerfLab.Tests.Vision;

public class ApBootstrapTests
{
    [Fact]
    public void Difference_ToNoDetections_IsTheApAndLiesInside()
    {
        var (truth, detections) = CocoCases.Random(5, images: 40);
        var evaluation = CocoEvaluator.Evaluate(truth, detections);

        var actual = Alone(truth, evaluation)!.Value;

        Assert.Equal(evaluation.Summary.Ap!.Value, actual.Value, 1e-12); // same terms, summed in another order
        Assert.True(actual.Lower < actual.Value && actual.Value < actual.Upper);
        Assert.True(actual.Lower > 0 && actual.Upper < 1);
    }

    [Fact]
    public void Draw_OfImages_EqualsEvaluatingThem()
    {
        // The definition: a draw is a dataset in which an image drawn twice stands twice.
        var (truth, tied) = CocoCases.Random(8, images: 12);
        var detections = tied.Items.Select((d, i) => d with { Score = d.Score + (i * 1e-6) }).ToArray();
        var evaluation = CocoEvaluator.Evaluate(truth, CocoCases.Detections(detections));
        var random = new DeterministicRandom(1);
        var weights = new int[12];
        for (var i = 0; i < 12; i++) { weights[random.Next(12)]++; }

        var drawn = weights.SelectMany((count, image) => Enumerable.Repeat(image + 1L, count)).ToArray();
        var copies = CocoCases.Truth(12, 3, [.. drawn.SelectMany((id, copy) => truth.Annotations.Where(a => a.ImageId == id).Select(a => a with { ImageId = copy + 1 }))]);
        var copied = CocoCases.Detections(drawn.SelectMany((id, copy) => detections.Where(d => d.ImageId == id).Select(d => d with { ImageId = copy + 1 })));
        var expected = CocoEvaluator.Evaluate(copies, copied).Summary.Ap;

        Assert.Contains(weights, w => w > 1);
        Assert.Equal(expected!.Value, new ApBootstrap.Draw(weights).AveragePrecision(evaluation)!.Value, 1e-12); // same terms, summed in another order
    }

    [Fact]
    public void Difference_SameDetections_Is0()
    {
        var (truth, detections) = CocoCases.Random(5, images: 20);
        var evaluation = CocoEvaluator.Evaluate(truth, detections);

        Assert.Equal(new Interval(0, 0, 0, 0.95), ApBootstrap.Difference(evaluation, evaluation));
    }

    [Fact]
    public void Difference_WorseVariant_IsBelow0AndNarrowerThanUnpaired()
    {
        var (truth, detections) = CocoCases.Random(5, images: 60);
        var kept = CocoCases.Detections(detections.Items.Where((_, i) => i % 5 != 0)); // every fifth detection lost
        var (whole, worse) = (CocoEvaluator.Evaluate(truth, detections), CocoEvaluator.Evaluate(truth, kept));

        var difference = ApBootstrap.Difference(whole, worse)!.Value;
        var alone = Alone(truth, whole)!.Value;

        Assert.True(difference.Upper < 0, $"{difference}");
        Assert.True(difference.Upper - difference.Lower < alone.Upper - alone.Lower);
    }

    [Fact]
    public void Difference_SameSeed_IsTheSameAndOtherSeedAnother()
    {
        var (truth, detections) = CocoCases.Random(5, images: 30);
        var evaluation = CocoEvaluator.Evaluate(truth, detections);

        Assert.Equal(Alone(truth, evaluation, seed: 4), Alone(truth, evaluation, seed: 4));
        Assert.NotEqual(Alone(truth, evaluation, seed: 4), Alone(truth, evaluation, seed: 5));
    }

    [Fact]
    public void Difference_OtherGroundTruth_IsRefused()
    {
        var (a, detections) = CocoCases.Random(5);
        var (b, others) = CocoCases.Random(6);

        Assert.Throws<LabException>(() => ApBootstrap.Difference(CocoEvaluator.Evaluate(a, detections), CocoEvaluator.Evaluate(b, others)));
    }

    [Fact]
    public void Difference_NoObjects_IsNothing()
    {
        var truth = CocoCases.Truth(3, 1, []);
        Assert.Null(Alone(truth, CocoEvaluator.Evaluate(truth, new CocoDetections("none"))));
    }

    /// <summary>The AP itself: the difference to finding nothing, which is 0 in every draw.</summary>
    static Interval? Alone(CocoGroundTruth truth, CocoEvaluation evaluation, ulong seed = 1) =>
        ApBootstrap.Difference(CocoEvaluator.Evaluate(truth, new CocoDetections("none")), evaluation, seed);
}
