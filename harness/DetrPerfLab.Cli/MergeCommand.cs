using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab merge PARTS --out FILE [--coco DIR]</c>: one evaluation out of its parts.</summary>
static class MergeCommand
{
    internal static Command Create()
    {
        var parts = new Argument<string[]>("PARTS") { Description = "Files of 'detrlab eval --shard', all parts of one evaluation.", Arity = ArgumentArity.OneOrMore };
        var coco = new Option<string?>("--coco") { Description = "The data set, for the AP: as one process alone would give it, to the last digit." };
        var file = new OutputFile("--out") { Description = "File for the detections, in COCO's results format.", DefaultValueFactory = _ => "detections.json" };
        var json = SharedOptions.Json();
        var command = new Command("merge", "Makes one evaluation of its parts; refuses parts that do not belong together, and names those that are missing.") { parts, coco, file, json };
        command.SetAction(parsed =>
        {
            var read = parsed.GetValue(parts)!.Select(EvaluationPart.Load).ToList();
            var entries = EvaluationPart.Merge(read);
            var header = read[0].Header;
            var detections = CocoDetections.Of(header.Variant, entries);
            var twice = read.Count - read.DistinctBy(p => p.Header.Shard).Count();
            if (twice > 0) { parsed.InvocationConfiguration.Error.WriteLine($"detrlab: {twice} of the {read.Count} files are parts that another holds, too; each part counts once"); }
            CocoSummary? summary = null;
            if (parsed.GetValue(coco) is { } folder)
            {
                var dataset = CocoDataset.Open(folder);
                var chosen = header.Dataset.Images == dataset.Truth.ImageCount ? dataset : dataset.Only(entries.Select(e => e.Image).ToHashSet());
                if (chosen.Describe().Sha256 != header.Dataset.Sha256) { throw LabError.BadInput($"'{folder}' is not the data set of the parts, '{header.Dataset.Name}' with {header.Dataset.Images} images: its labels or images differ. Name that one."); }
                summary = CocoEvaluator.Evaluate(chosen.Truth, detections).Summary;
            }

            detections.Save(parsed.GetValue(file)!);
            parsed.Answer(json, new { header.Model, header.Variant, header.Dataset, Parts = header.Shard.Count, Machines = read.Select(p => p.Header.Machine).Distinct(), Summary = summary }, output =>
            {
                if (summary is not null) { CocoEvalCommand.Print(summary, output); }
                output.WriteLine($"{header.Shard.Count} parts, {entries.Count} images, {detections.Count} detections, written to {parsed.GetValue(file)}");
            });
        });
        return command;
    }
}
