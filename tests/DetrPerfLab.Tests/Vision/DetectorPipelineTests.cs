namespace DetrPerfLab.Tests.Vision;

public class DetectorPipelineTests
{
    static readonly DetectorOptions s_small = new() { Size = 16, Postprocess = new() { Threshold = 0.5f } };

    [Fact]
    public void Detect_Detr_GivesBoxesInPixelsOfThePhotograph()
    {
        using var engine = FakeEngine.Detr(run: (_, outputs) =>
        {
            outputs["logits"].Floats.Clear();
            outputs["logits"].Floats[17] = 20; // query 0 is a cat
            outputs["logits"].Floats[92 + 91] = 20; // query 1 is nothing
            outputs["pred_boxes"].Floats[..4].Clear();
            new[] { 0.5f, 0.5f, 0.5f, 1f }.CopyTo(outputs["pred_boxes"].Floats);
        });
        var pipeline = new DetectorPipeline(engine, engine.Use, s_small);
        var detection = Assert.Single(pipeline.Detect(Photograph(20, 40))[0]);

        Assert.Equal("cat", pipeline.Labels.Name(detection.Label));
        Assert.Equal((10f, 0f, 30f, 20f), (detection.X1, detection.Y1, detection.X2, detection.Y2));
    }

    [Fact]
    public void Detect_Deim_TellsTheModelWidthThenHeight()
    {
        long[] told = [];
        using var engine = FakeEngine.Deim((inputs, outputs) =>
        {
            told = inputs["orig_target_sizes"].Longs.ToArray();
            new[] { 0.4f, 0.9f, 0.6f }.CopyTo(outputs["scores"].Floats);
            new long[] { 0, 79, 15 }.CopyTo(outputs["labels"].Longs);
        });
        var pipeline = new DetectorPipeline(engine, engine.Use, s_small);
        var detections = pipeline.Detect(Photograph(20, 40), Photograph(30, 10))[0];

        Assert.Equal([40, 20, 10, 30], told);
        Assert.Equal(["toothbrush", "cat"], detections.Select(d => pipeline.Labels.Name(d.Label))); // best first, the first below the threshold
    }

    [Fact]
    public void Detect_UnequalSizes_PadsAndMasks()
    {
        long masked = 0;
        using var engine = FakeEngine.Detr(run: (inputs, _) => masked = inputs["pixel_mask"].Longs.ToArray().Count(m => m == 0));
        new DetectorPipeline(engine, engine.Use, s_small).Detect(Photograph(16, 24), Photograph(24, 16));
        Assert.Equal(2 * 8 * 24, masked); // canvas 24x24, each image 16x24 of it
    }

    [Fact]
    public void Detect_UnequalSizesWithoutMask_IsRefused()
    {
        using var engine = FakeEngine.Detr(mask: false);
        var refused = Assert.Throws<LabException>(() => new DetectorPipeline(engine, engine.Use, s_small).Detect(Photograph(16, 24), Photograph(24, 16)));
        Assert.Contains("pixel_mask", refused.Message);
        Assert.Equal(0, engine.Runs);
    }

    [Fact]
    public void Detect_NaN_IsNoEmptyResult()
    {
        using var engine = FakeEngine.Detr(run: (_, outputs) => outputs["logits"].Floats[5] = float.NaN);
        var refused = Assert.Throws<LabException>(() => new DetectorPipeline(engine, engine.Use, s_small).Detect(Photograph(16, 16)));
        Assert.Contains("'logits' holds NaN or infinity (first at element 5)", refused.Message);
    }

    [Fact]
    public void Detect_SameSizeAgain_BindsTheSameTensorsAndAllocatesNothing()
    {
        var seen = new HashSet<TensorSet>(ReferenceEqualityComparer.Instance);
        using var engine = FakeEngine.Detr(run: (inputs, _) => seen.Add(inputs));
        var pipeline = new DetectorPipeline(engine, engine.Use, s_small);
        RgbImage[] one = [Photograph(16, 24)];
        for (var i = 0; i < 3; i++) { pipeline.Detect(one); }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) { pipeline.Detect(one); }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Single(seen);
    }

    [Fact]
    public void Detect_FineTunedClasses_HaveNumbersForNames()
    {
        using var engine = new FakeEngine(
            FakeEngine.Detr().Inputs, [new("logits", ElementType.Float32, ["N", 2, 4]), new("pred_boxes", ElementType.Float32, ["N", 2, 4])],
            (_, outputs) => outputs["logits"].Floats[2] = 20);
        var pipeline = new DetectorPipeline(engine, engine.Use, s_small);
        var best = pipeline.Detect(Photograph(16, 16))[0][0];
        Assert.Equal("class 2", pipeline.Labels.Name(best.Label));
    }

    static RgbImage Photograph(int height, int width)
    {
        var image = new RgbImage();
        image.Resize(new ImageSize(height, width));
        for (var i = 0; i < image.Pixels.Length; i++) { image.Pixels[i] = (byte)(i * 37); }
        return image;
    }
}
