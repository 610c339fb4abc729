namespace DetrPerfLab.Tests.Vision;

public class DetectorFamiliesTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Match_PixelValues_IsDetrWithOrWithoutMask(bool mask)
    {
        using var engine = FakeEngine.Detr(mask);
        Assert.Equal("DETR", DetectorFamilies.Match(engine.Inputs, engine.Outputs).Name);
    }

    [Fact]
    public void Match_ImagesAndSizes_IsDeim()
    {
        using var engine = FakeEngine.Deim();
        Assert.Equal("DEIM / RT-DETR", DetectorFamilies.Match(engine.Inputs, engine.Outputs).Name);
    }

    [Fact]
    public void Match_MoreOutputsThanNeeded_StillMatches()
    {
        using var engine = FakeEngine.Detr();
        TensorSpec[] outputs = [.. engine.Outputs, new("last_hidden_state", ElementType.Float32, ["N", 2, 256])];
        Assert.Equal("DETR", DetectorFamilies.Match(engine.Inputs, outputs).Name);
    }

    public static TheoryData<string, TensorSpec[], TensorSpec[]> Strangers => new()
    {
        { "a classifier", [new("input", ElementType.Float32, ["N", 3, 224, 224])], [new("output", ElementType.Float32, ["N", 1000])] },
        { "an input too many", [new("pixel_values", ElementType.Float32, ["N", 3, "H", "W"]), new("prompt", ElementType.Int64, ["N", 7])], [.. FakeEngine.DetrOutputs] },
        { "a mask of floats", [new("pixel_values", ElementType.Float32, ["N", 3, "H", "W"]), new("pixel_mask", ElementType.Float32, ["N", "H", "W"])], [.. FakeEngine.DetrOutputs] },
        { "no boxes", [new("pixel_values", ElementType.Float32, ["N", 3, "H", "W"])], [FakeEngine.DetrOutputs[0]] },
        { "no sizes", [new("images", ElementType.Float32, ["N", 3, 32, 48])], [.. FakeEngine.DeimOutputs] },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public void Match_Stranger_ListsKnownAndFound(string what, TensorSpec[] inputs, TensorSpec[] outputs)
    {
        var refused = Assert.Throws<LabException>(() => DetectorFamilies.Match(inputs, outputs));
        Assert.True(refused.ExitCode == ExitCode.BadInput, what);
        Assert.Contains($"Found inputs {inputs[0]}", refused.Message);
        Assert.Contains(outputs[^1].ToString(), refused.Message);
        Assert.All(DetectorFamilies.All, f => Assert.Contains(f.Interface, refused.Message));
    }

    [Fact]
    public void Preprocessing_SizeThatTheModelFixes_WinsOverTheUsers()
    {
        using var engine = FakeEngine.Deim();
        var options = DetectorFamilies.Match(engine.Inputs, engine.Outputs).Preprocessing(engine.Inputs, new DetectorOptions { Size = 640 });
        Assert.Equal(new ImageSize(32, 48), options.Resize.Apply(new ImageSize(1000, 500)));
        Assert.Equal(32, options.Resize.Side);
    }

    [Theory]
    [InlineData(null, 480, 640, 800, 1066)] // as the original
    [InlineData(512, 480, 640, 512, 682)]
    [InlineData(800, 100, 1000, 133, 1330)] // the longer side is at most 1333
    [InlineData(1600, 480, 640, 1600, 2133)] // and grows with a size that needs it
    public void Preprocessing_Detr_KeepsTheAspectRatio(int? size, int height, int width, int resizedHeight, int resizedWidth)
    {
        using var engine = FakeEngine.Detr();
        var options = DetectorFamilies.Match(engine.Inputs, engine.Outputs).Preprocessing(engine.Inputs, new DetectorOptions { Size = size });
        Assert.Equal(new ImageSize(resizedHeight, resizedWidth), options.Resize.Apply(new ImageSize(height, width)));
        Assert.Equal(size ?? 800, options.Resize.Side); // what accuracy is recorded with
    }
}
