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
            var (labels, found) = (CocoGroundTruth.Load(parsed.GetValue(truth)!), CocoDetections.Load(parsed.GetValue(detections)!));
            if (found.Count == 0) { throw LabError.BadInput($"'{parsed.GetValue(detections)}' holds no detections, so there is nothing to judge. Write all that the model finds, whatever its score: detrlab detect --threshold 0"); }
            var evaluation = CocoEvaluator.Evaluate(labels, found);
            parsed.Answer(json, evaluation.Summary, output => Print(evaluation.Summary, output));
            foreach (var note in (string?[])[.. labels.Notes, evaluation.LeftOut is { } left ? left + "." : null, found.ThresholdNote])
            {
                if (note is not null) { parsed.InvocationConfiguration.Error.WriteLine($"detrlab: {note}"); }
            }
        });
        return command;
    }

    /// <summary>A line for each number; a dash where the dataset holds no object of that size.</summary>
    internal static void Print(CocoSummary summary, TextWriter output)
    {
        foreach (var (name, value) in summary.Numbers) { output.WriteLine($"{name,-9} {value?.ToString("F15", CultureInfo.InvariantCulture) ?? "-"}"); }
    }
}
