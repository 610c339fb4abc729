using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab eval --model NAME|FILE --coco DIR [--variants A,B] [--against NAME|FILE] [--out FILE] [--record] [--json]</c></summary>
static class EvalCommand
{
    const string Fp32 = "ort-fp32";

    internal static Command Create()
    {
        var detector = new DetectorArguments();
        var coco = new Option<string>("--coco") { Description = "Folder with images/ and instances.json.", Required = true };
        var variants = new Option<string[]>("--variants", "--variant")
        {
            Description = "Variants of the model to evaluate and compare, separated by commas or spaces.",
            AllowMultipleArgumentsPerToken = true,
        };
        var against = new Option<string?>("--against") { Description = $"Reference that AP is compared with: a variant or another model; default with --variants: {Fp32}." };
        var file = new OutputFile("--out") { Description = "File for the detections, in COCO's results format; with several variants one file each, NAME.VARIANT.json.", DefaultValueFactory = _ => "detections.json" };
        var record = new OutputFolder("--record") { Description = "Store the accuracy in this results folder, so that reports show it beside latency; without a folder: results/ of this checkout.", Arity = ArgumentArity.ZeroOrOne };
        var json = SharedOptions.Json();
        var command = new Command("eval", "Evaluates a model, or variants of it, on a labelled dataset: AP, difference from FP32, time by stage. Resumes an interrupted run.")
            .With([coco, .. detector.All, variants, against, file, record, json]);
        command.SetAction((parsed, cancellation) =>
        {
            var named = (parsed.GetValue(variants) ?? []).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct().ToList();
            foreach (var variant in named) { VariantRegistry.Get(variant); }
            var dataset = CocoDataset.Open(parsed.GetValue(coco)!);
            var info = dataset.Describe(); // hashes every image
            using var run = new EvaluationRun(dataset, info, detector.Read(parsed, threshold: 0));
            EvaluationRow Evaluate(Func<OpenedEngine> open) => ConsoleProgress.Run("Evaluating", report => run.Evaluate(open, report, cancellation));

            var reference = parsed.GetValue(against) ?? (named.Count > 0 ? Fp32 : null);
            var rows = new List<EvaluationRow>();
            if (reference is not null)
            {
                rows.Add(Evaluate(() => VariantRegistry.All.Any(v => v.Name == reference)
                    ? detector.Open(parsed, detector.Model(parsed), reference)
                    : detector.Open(parsed, reference, "ort")));
            }

            if (named.Count == 0) { rows.Add(Evaluate(() => detector.Open(parsed))); }
            rows.AddRange(named.Where(v => v != reference).Select(v => Evaluate(() => detector.Open(parsed, detector.Model(parsed), v))));
            if (reference is not null) { for (var i = 1; i < rows.Count; i++) { rows[i] = rows[i].ComparedWith(rows[0], dataset.Truth); } }

            var files = EvaluationOutput.Save(rows, parsed.GetValue(file)!);
            if (parsed.GetResult(record) is not null) { Record(parsed.GetValue(record) ?? LabPaths.Results, rows, info); }
            parsed.Answer(json, EvaluationOutput.Facts(rows, info), output => EvaluationOutput.Print(rows, dataset, files, output));
            run.Forget();
            return Task.CompletedTask;
        });
        return command;
    }

    static void Record(string folder, IReadOnlyList<EvaluationRow> rows, DatasetInfo dataset)
    {
        var commit = CommitProbe.Read(LabPaths.Root);
        new ResultStore(folder).MergeAccuracy(ThisMachine.Read(), rows.Where(r => r.Result.Evaluation.Summary.Ap is not null).Select(row => new AccuracyResult
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
