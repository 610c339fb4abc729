namespace DetrPerfLab.Tests.Vision;

public class DetectionAlarmsTests
{
    static readonly ModelUse s_use = ModelUse.Of(new("m", [new("pixel_values", ElementType.Float32, ["N", 3, "H", "W"])], FakeEngine.DetrOutputs), new() { Family = "detr" });

    [Theory]
    [InlineData(0.9, 1, 10, 10, 50, 50, "AP is 0.0000 with 300 detections")]
    [InlineData(0.04, 2, 10, 10, 50, 50, "No score exceeds 0.040")]
    [InlineData(0.9, 1, 10, 10, 50, 50, "All 300 detections are of one class")]
    [InlineData(0.9, 2, 400, 10, 500, 50, "surest boxes reach far beyond the image")]
    [InlineData(0.9, 2, 0.1, 0.1, 0.5, 0.5, "smaller than 2 pixels")]
    public void Of_SignOfAMistake_SaysWhatToCheck(double score, int classes, double x, double y, double width, double height, string expected)
    {
        var alarms = Of(score, classes, new(x, y, width, height));
        Assert.Contains(alarms, a => a.Contains(expected) && a.Contains("--family"));
    }

    [Fact]
    public void Of_RightDetections_HasNone() => Assert.Empty(Of(0.9, 2, new(100, 100, 50, 50)));

    static List<string> Of(double score, int classes, CocoBox box)
    {
        CocoAnnotation[] objects = [new(1, 1, new(100, 100, 50, 50), 2500, false), new(1, 2, new(100, 100, 50, 50), 2500, false)];
        var truth = new CocoGroundTruth("t", [new(1, "a.jpg", new(200, 200))], [new(1, "a"), new(2, "b")], objects);
        var detections = new CocoDetections("d");
        for (var i = 0; i < 300; i++) { detections.Add(new CocoDetection(1, (i % classes) + 1, score - (i * 1e-5), box)); }
        return [.. DetectionAlarms.Of(CocoEvaluator.Evaluate(truth, detections), detections, truth, s_use)];
    }
}
