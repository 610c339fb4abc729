namespace DetrPerfLab.Tests.Vision;

public class DeployProgramTests
{
    static readonly TensorSpec s_pixels = new("pixel_values", ElementType.Float32, ["N", 3, "H", "W"]);

    public static TheoryData<string> Families => [.. ModelFamilies.All.Select(f => f.Name)];

    /// <summary>That it builds and says what the lab says is tested with the engines.</summary>
    [Theory]
    [MemberData(nameof(Families))]
    public void Create_EachFamily_HasUnder60LinesAndNothingOfTheLab(string family)
    {
        var text = DeployProgram.Create(ModelUse.Of(FactsOf(family), new() { Family = family }), new DetectorOptions(), ["using var options = new SessionOptions();", "options.IntraOpNumThreads = 2;"]);
        Assert.InRange(text.Count(c => c == '\n'), 30, 59);
        Assert.DoesNotContain("DetrPerfLab", text);
        Assert.DoesNotContain('\t', text);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 340));
    }

    [Fact]
    public void Create_WhatNoShortProgramDoes_SaysWhat()
    {
        var batch = new ModelFacts("m", [new("pixel_values", ElementType.Float32, [4, 3, 64, 64])], [new("logits", ElementType.Float32, [4, 10, 6]), new("pred_boxes", ElementType.Float32, [4, 10, 4])]);
        var refused = Assert.Throws<LabException>(() => DeployProgram.Create(ModelUse.Of(batch, new() { Family = "detr" }), new DetectorOptions(), []));
        Assert.Equal("No program of a few lines runs this model: it takes 4 pictures at once. Run it with the lab: detrlab detect", refused.Message);
    }

    static ModelFacts FactsOf(string family) => family switch
    {
        "deim" => new("m", [new("images", ElementType.Float32, ["N", 3, 64, 64]), new("orig_target_sizes", ElementType.Int64, ["N", 2])],
            [new("labels", ElementType.Int64, ["N", 10]), new("boxes", ElementType.Float32, ["N", 10, 4]), new("scores", ElementType.Float32, ["N", 10])]),
        "rf-detr" => new("m", [new("input", ElementType.Float32, ["N", 3, 64, 64])], [new("dets", ElementType.Float32, ["N", 10, 4]), new("labels", ElementType.Float32, ["N", 10, 6])]),
        "classifier" => new("m", [new("x", ElementType.Float32, ["N", 3, 64, 64])], [new("y", ElementType.Float32, ["N", 5])]),
        _ => new("m", [s_pixels, new("pixel_mask", ElementType.Int64, ["N", "H", "W"])], [new("logits", ElementType.Float32, ["N", 10, 6]), new("pred_boxes", ElementType.Float32, ["N", 10, 4])]),
    };
}
