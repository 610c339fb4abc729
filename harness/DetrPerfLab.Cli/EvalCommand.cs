using System.CommandLine;
using System.Text.Json;
using DetrPerfLab.Core;
using DetrPerfLab.Detecting;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab eval --model NAME|FILE --coco DIR [--out FILE] [--json]</c></summary>
static class EvalCommand
{
    internal static Command Create()
    {
        var detector = new DetectorArguments();
        var coco = new Option<string>("--coco") { Description = "Folder with images/ and instances.json.", Required = true };
        var file = new Option<string>("--out") { Description = "File for the detections, in COCO's results format.", DefaultValueFactory = _ => "detections.json" };
        var json = new Option<bool>("--json") { Description = "Print JSON instead of text." };
        var command = new Command("eval", "Runs a model over a labelled dataset: average precision and time by stage.") { coco, file, json };
        detector.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var options = detector.Read(parsed, threshold: 0);
            var dataset = CocoDataset.Open(parsed.GetValue(coco)!);
            using var opened = detector.Open(parsed);
            var result = ConsoleProgress.Run("Evaluating", report => DatasetEvaluator.Evaluate(opened.Engine, dataset, options, report, cancellation));
            result.Detections.Save(parsed.GetValue(file)!);
            var console = parsed.InvocationConfiguration;
            if (parsed.GetValue(json))
            {
                var facts = new { Model = opened.Artefact, Images = dataset.Truth.Images.Count, result.Evaluation.Summary, MeanMs = result.Mean };
                console.Output.WriteLine(JsonSerializer.Serialize(facts, LabJson.Options));
            }
            else
            {
                CocoEvalCommand.Print(result.Evaluation.Summary, console.Output);
                console.Output.WriteLine(StageTable.Line(result.Mean));
                console.Output.WriteLine($"{dataset.Truth.Images.Count} images, {result.Detections.Items.Count} detections, written to {parsed.GetValue(file)}");
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }
}
