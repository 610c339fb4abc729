namespace DetrPerfLab.Tests.Vision;

public class PostprocessorTests
{
    static TensorSet Detr(int batch, int queries)
    {
        var random = new Random(3);
        var (logits, boxes) = (
            new HostTensor("logits", ElementType.Float32, batch, queries, 92), new HostTensor("pred_boxes", ElementType.Float32, batch, queries, 4));
        foreach (ref var value in logits.Floats) { value = (float)random.NextDouble() * 8; }
        foreach (ref var value in boxes.Floats) { value = (float)random.NextDouble(); }
        return new TensorSet(logits, boxes);
    }

    [Fact]
    public void Detr_SecondOfABatch_EqualsReferenceSorted()
    {
        var outputs = Detr(2, 30);
        var expected = new Detection[30];
        PostProcessReference.Detr(outputs["logits"].Floats[(30 * 92)..], outputs["pred_boxes"].Floats[(30 * 4)..], new ImageSize(480, 640), expected);
        var actual = new Postprocessor(new PostprocessOptions { Threshold = 0.03f }).Detr(outputs, 1, new ImageSize(480, 640));
        Assert.Equal(expected.Where(d => d.Score >= 0.03f).OrderByDescending(d => d.Score), actual.ToArray());
    }

    [Fact]
    public void Scored_Threshold_KeepsAndSorts()
    {
        var outputs = new TensorSet(
            new HostTensor("labels", ElementType.Int64, 1, 3), new HostTensor("boxes", ElementType.Float32, 1, 3, 4), new HostTensor("scores", ElementType.Float32, 1, 3));
        new long[] { 7, 8, 9 }.CopyTo(outputs["labels"].Longs);
        new[] { 0.5f, 0.2f, 0.9f }.CopyTo(outputs["scores"].Floats);
        for (var i = 0; i < 12; i++) { outputs["boxes"].Floats[i] = i; }
        var actual = new Postprocessor(new PostprocessOptions { Threshold = 0.5f }).Scored(outputs, 0);
        Assert.Equal([new Detection(9, 0.9f, 8, 9, 10, 11), new Detection(7, 0.5f, 0, 1, 2, 3)], actual.ToArray());
    }

    [Fact]
    public void Detr_Warm_AllocatesNothing()
    {
        var outputs = Detr(1, 300);
        var postprocessor = new Postprocessor(new PostprocessOptions { Threshold = 0, NmsIou = 0.5f });
        for (var i = 0; i < 50; i++) { postprocessor.Detr(outputs, 0, new ImageSize(480, 640)); }
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++) { postprocessor.Detr(outputs, 0, new ImageSize(480, 640)); }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Detr_OtherFamily_NamesWhatIsThere()
    {
        var outputs = new TensorSet(new HostTensor("scores", ElementType.Float32, 1, 3));
        var error = Assert.Throws<LabException>(() => new Postprocessor(new PostprocessOptions()).Detr(outputs, 0, new ImageSize(1, 1)).Length);
        Assert.Contains("scores float32 [1,3]", error.Message);
        Assert.Contains("'logits'", error.Message);
    }

    [Fact]
    public void Detr_BoxesOfOtherQueries_Throws()
    {
        var outputs = new TensorSet(new HostTensor("logits", ElementType.Float32, 1, 3, 92), new HostTensor("pred_boxes", ElementType.Float32, 1, 4, 4));
        Assert.Contains("[1,3,4]", Assert.Throws<LabException>(() => new Postprocessor(new PostprocessOptions()).Detr(outputs, 0, new ImageSize(1, 1)).Length).Message);
    }

    [Fact]
    public void Options_OutOfRange_Throw()
    {
        Assert.Throws<LabException>(() => new PostprocessOptions { Threshold = 1.1f });
        Assert.Throws<LabException>(() => new PostprocessOptions { Threshold = float.NaN });
        Assert.Throws<LabException>(() => new PostprocessOptions { NmsIou = -0.1f });
    }
}
