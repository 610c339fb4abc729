using System.CommandLine;
using System.Text.Json;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab coco-eval --ground-truth FILE --detections FILE [--json]</c></summary>
static class CocoEvalCommand
{
    internal static Command Create()
    {
        var truth = new Option<string>("--ground-truth") { Description = "Labels in COCO's instances format.", Required = true };
        var detections = new Option<string>("--detections") { Description = "Detections in COCO's results format.", Required = true };
        var json = new Option<bool>("--json") { Description = "Print JSON instead of text." };
        var command = new Command("coco-eval", "Judges detections by COCO's rules: the 12 numbers of pycocotools for boxes.") { truth, detections, json };
        command.SetAction(parsed =>
        {
            var summary = CocoEvaluator.Evaluate(CocoGroundTruth.Load(parsed.GetValue(truth)!), CocoDetections.Load(parsed.GetValue(detections)!)).Summary;
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json)) { output.WriteLine(JsonSerializer.Serialize(summary, LabJson.Options)); }
            else { Print(summary, output); }
            return (int)ExitCode.Done;
        });
        return command;
    }

    /// <summary>A line for each number; a dash where the dataset holds no object of that size.</summary>
    internal static void Print(CocoSummary summary, TextWriter output)
    {
        foreach (var (name, value) in summary.Numbers)
        {
            output.WriteLine($"{name,-9} {value?.ToString("F15", CultureInfo.InvariantCulture) ?? "-"}");
        }
    }
}
