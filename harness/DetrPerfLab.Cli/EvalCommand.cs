using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab eval --model NAME|FILE --coco DIR | --imagefolder DIR [--variants A,B] [--against NAME|FILE] [--out FILE] [--record] [--json]</c></summary>
static class EvalCommand
{
    const string Fp32 = "ort-fp32";

    internal static Command Create()
    {
        var detector = new DetectorArguments();
        var coco = new Option<string?>("--coco") { Description = "Labelled boxes, for a detector: a folder with images/ and instances.json." };
        var folder = new Option<string?>("--imagefolder") { Description = "Labelled pictures, for a classifier: a folder that holds a folder of pictures for each class." };
        var truth = new Option<string?>("--truth") { Description = "With --imagefolder: a file that tells the class of each picture, in lines 'picture class' or as a JSON object." };
        var some = new Option<string?>("--images") { Description = "Text file of the images to judge on, a name a line, below images/ or the folder of pictures; the others are left out. 'all': also those that 'detrlab optimize' left out of its proof." };
        var variants = new Option<string[]>("--variants", "--variant")
        {
            Description = "Variants of the model to evaluate and compare, separated by commas or spaces.",
            AllowMultipleArgumentsPerToken = true,
        };
        var against = new Option<string?>("--against") { Description = $"Reference that AP is compared with: a variant or another model; default with --variants: {Fp32}." };
        var file = new OutputFile("--out") { Description = "File for the detections, in COCO's results format, or for the classes of each picture; with several variants one file each, NAME.VARIANT.json. Default: detections.json or classes.json." };
        var record = new OutputFolder("--record") { Description = "Store the accuracy in this results folder, so that reports show it beside latency; without a folder: results/ of this checkout.", Arity = ArgumentArity.ZeroOrOne };
        var shard = SharedOptions.Shard("Run one part of the data set alone, such as 3/16, and write it to --out for 'detrlab merge': many machines, or tasks of an array, judge one model.");
        var json = SharedOptions.Json();
        var command = new Command("eval", "Evaluates a model, or variants of it, on a labelled dataset: AP or top-1, difference from FP32, time by stage. Resumes an interrupted run.")
            .With([coco, folder, truth, some, .. detector.All, variants, against, file, record, shard, json]);
        command.OnlyWith(shard, "--coco and one --engine, without --json,", result => result.GetValue(folder) is null && !result.GetValue(json) && result.GetResult(variants) is null && result.GetResult(against) is null && result.GetResult(record) is null);
        command.OnlyWith(truth, "--imagefolder", result => result.GetValue(folder) is not null);
        command.SetAction((parsed, cancellation) =>
        {
            var named = (parsed.GetValue(variants) ?? []).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct().ToList();
            foreach (var variant in named) { VariantRegistry.Get(variant); }
            var reference = parsed.GetValue(against) ?? (named.Count > 0 ? Fp32 : null);
            if (parsed.GetValue(coco) is null == parsed.GetValue(folder) is null) { throw LabError.BadInput("Name one labelled data set: --coco DIR for a detector, or --imagefolder DIR for a classifier."); }
            var results = parsed.GetResult(record) is null ? null : parsed.GetValue(record) ?? LabPaths.Results;
            var target = parsed.GetValue(file) ?? (parsed.GetValue(shard) is { } one ? $"part-{one.Number}-of-{one.Count}.jsonl" : parsed.GetValue(coco) is null ? "classes.json" : "detections.json");
            // As they will be called: the reference comes first.
            string[] runs = [.. reference is null ? (string[])[] : [VariantRegistry.All.Any(v => v.Name == reference) ? reference : Fp32], .. named.Count > 0 ? named.Where(v => v != reference) : (string[])[detector.Variant(parsed)]];
            var outputs = EvaluationOutput.Names(runs, target);
            foreach (var path in outputs) { OutputPath.RequireFile(path, file.Name); }
            WrittenFiles.RequireOwn(outputs);
            if (parsed.GetValue(coco) is { } boxes) { Detector(CocoDataset.Open(boxes) is var all && Chosen(Path.Combine(boxes, "images"), all.Files) is { } images ? all.Only(images) : all); }
            else { Classifier(ImageFolder.Open(parsed.GetValue(folder)!, parsed.GetValue(truth)) is var all && Chosen(parsed.GetValue(folder)!, all.Files) is { } pictures ? all.Only(pictures) : all); }
            return Task.CompletedTask;

            // Those of the proof, where the model was written with one; null for all.
            HashSet<string>? Chosen(string data, IReadOnlyList<string> files)
            {
                var asked = parsed.GetValue(some);
                if (asked == "all") { return null; }
                IReadOnlyList<string> names = asked is null ? Deployment.Beside(detector.Model(parsed))?.Judged ?? []
                    : [.. InputFile.ReadText(asked).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
                if (names.Count == 0) { return asked is null ? null : throw LabError.BadInput($"'{asked}' lists nothing, needed the name of an image a line."); }
                var byName = files.Distinct(StringComparer.Ordinal).ToDictionary(f => Path.GetRelativePath(data, f), StringComparer.Ordinal);
                var missing = names.Where(n => !byName.ContainsKey(n)).ToList();
                if (missing.Count > 0)
                {
                    if (asked is null) { return null; } // another data set than that of the proof
                    throw LabError.BadInput($"{missing.Count} of the {names.Count} images that '{asked}' lists are none of the data set's, the first is '{missing[0]}'. Mend the list.");
                }

                if (asked is null) { parsed.InvocationConfiguration.Error.WriteLine($"detrlab: judged on the {names.Count} images of the proof in {Deployment.Facts}, which the model was not calibrated on; on all {files.Count}: --images all"); }
                return [.. names.Select(n => byName[n])];
            }

            void Detector(CocoDataset dataset)
            {
                var info = dataset.Describe(); // hashes every image
                using var run = new EvaluationRun(dataset, info, detector.Read(parsed, threshold: 0), parsed.GetValue(shard));
                var rows = Rows((open, report) => run.Evaluate(open, report, cancellation)).ToList();
                if (parsed.GetValue(shard) is { } part)
                {
                    run.SavePart(outputs[0], rows[0]);
                    parsed.InvocationConfiguration.Output.WriteLine($"{outputs[0]}: part {part}. With all parts: detrlab merge PARTS --coco {parsed.GetValue(coco)}");
                    run.Forget();
                    return;
                }

                if (reference is not null) { for (var i = 1; i < rows.Count; i++) { rows[i] = rows[i].ComparedWith(rows[0], dataset.Truth); } }
                foreach (var (row, path) in rows.Zip(outputs)) { row.Result.Detections.Save(path); }
                if (results is not null) { Record(results, rows, info); }
                parsed.Answer(json, EvaluationOutput.Facts(rows, info), output => EvaluationOutput.Print(rows, dataset, outputs, output));
                run.Forget();
            }

            void Classifier(ImageFolder data)
            {
                using var run = new ImageFolderEval(data, data.Describe(), detector.Read(parsed, threshold: 0));
                var rows = Rows((open, report) => run.Evaluate(open, report, cancellation));
                if (reference is not null) { rows = ImageFolderEval.Compared(rows); }
                ImageFolderEval.Save(rows, outputs);
                if (results is not null) { run.Record(results, rows); }
                parsed.Answer(json, run.Facts(rows), output => run.Print(rows, outputs, output));
                run.Forget();
            }

            // What the others are compared with comes first.
            IReadOnlyList<T> Rows<T>(Func<Func<OpenedEngine>, Action<long, long>, T> evaluate)
            {
                var rows = new List<T>();
                void Add(Func<OpenedEngine> open) => rows.Add(ConsoleProgress.Run("Evaluating", report => evaluate(open, report)));
                if (reference is not null)
                {
                    Add(() => VariantRegistry.All.Any(v => v.Name == reference) ? detector.Open(parsed, detector.Model(parsed), reference) : detector.Open(parsed, reference, "ort"));
                }

                if (named.Count == 0) { Add(() => detector.Open(parsed)); }
                foreach (var variant in named.Where(v => v != reference)) { Add(() => detector.Open(parsed, detector.Model(parsed), variant)); }
                return rows;
            }
        });
        return command;
    }

    static void Record(string folder, IReadOnlyList<EvaluationRow> rows, DatasetInfo dataset)
    {
        var commit = CommitProbe.Read(LabPaths.Root);
        LabResults.Open(folder).MergeAccuracy(ThisMachine.Read(), rows.Where(r => r.Result.Evaluation.Summary.Ap is not null).Select(row => new AccuracyResult
        {
            Dataset = dataset,
            Artefact = row.Artefact,
            Variant = row.Engine.Variant,
            Runtime = row.Engine.Runtime,
            Size = row.Result.Side,
            Evaluated = DateTimeOffset.UtcNow,
            Commit = commit,
            CocoAp = row.Result.Evaluation.Summary.Ap!.Value,
            Reference = row.Comparison is null ? null : rows[0].Artefact,
            CocoApDifference = row.Comparison?.ApDifference,
            DetectionAp = row.Comparison?.DetectionAp,
        }));
    }
}
