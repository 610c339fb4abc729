using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab coco-eval --ground-truth FILE --detections FILE [--json]</c></summary>
static class CocoEvalCommand
{
    internal static Command Create()
    {
        var truth = new Option<string>("--ground-truth") { Description = "Labels in COCO's instances format.", Required = true };
        var detections = new Option<string>("--detections") { Description = "Detections in COCO's results format.", Required = true };
        var json = SharedOptions.Json();
        var command = new Command("coco-eval", "Computes the 12 COCO numbers (as pycocotools does) of boxes in a file.") { truth, detections, json };
        command.SetAction(parsed =>
        {
            var summary = CocoEvaluator.Evaluate(CocoGroundTruth.Load(parsed.GetValue(truth)!), CocoDetections.Load(parsed.GetValue(detections)!)).Summary;
            parsed.Answer(json, summary, output => Print(summary, output));
        });
        return command;
    }

    /// <summary>A line for each number; a dash where the dataset holds no object of that size.</summary>
    internal static void Print(CocoSummary summary, TextWriter output)
    {
        foreach (var (name, value) in summary.Numbers) { output.WriteLine($"{name,-9} {value?.ToString("F15", CultureInfo.InvariantCulture) ?? "-"}"); }
    }
}
