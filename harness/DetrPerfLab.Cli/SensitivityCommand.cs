using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab sensitivity --model FILE --out TABLE.json [--coco DIR --target-ap-loss 0.5]</c>: which layers lose most by 8 bits.</summary>
static class SensitivityCommand
{
    internal static Command Create()
    {
        var model = new Option<string>("--model") { Description = "ONNX file.", Required = true };
        var target = new OutputFile("--out") { Description = "JSON table to write; 'detrlab quantize --sensitivity' reads it.", Required = true };
        var plan = new Option<string?>("--plan") { Description = "JSON file with rules: the nodes that it makes static or dynamic are measured." };
        var depth = new Option<int>("--module-depth") { Description = "Group nodes by so many leading parts of their names; 0: each node alone.", DefaultValueFactory = _ => 0 }.Within(0, 100);
        var values = new Option<string[]>("--values") { Description = "Names of the values to compare; default: the model's float32 outputs.", AllowMultipleArgumentsPerToken = true };
        var coco = new Option<string?>("--coco") { Description = "Labelled dataset for --target-ap-loss: a folder with images/ and instances.json." };
        var loss = new Option<double?>("--target-ap-loss") { Description = "Search for the fastest mix of precisions that loses at most so many AP points (0.5 = AP 0.005). Needs --coco." }.Within(0, 100);
        var shard = SharedOptions.Shard("Measure one part of the layers alone, such as 3/16, and write it to --out, for --parts.");
        var parts = new Option<string[]>("--parts") { Description = "Files of --shard, all parts: one table of them, instead of measuring. The other options as they were.", AllowMultipleArgumentsPerToken = true };
        var calibration = new CalibrationOption();
        var command = new Command("sensitivity", "Measures the error of quantising each layer alone, and finds the layers that should stay float.")
            .With([model, target, plan, depth, values, coco, loss, shard, parts, .. calibration.All]);
        command.OnlyWith(shard, "measuring, without --parts and --target-ap-loss,", result => result.GetResult(parts) is null && result.GetValue(loss) is null);
        command.OnlyWith(coco, "--target-ap-loss", result => result.GetValue(loss) is not null);
        command.SetAction((parsed, cancellation) =>
        {
            var from = parsed.GetValue(model)!;
            var sha256 = FileHash.Sha256(from);
            var checkpoint = calibration.Checkpoint(parsed, sha256);
            using var journal = new Journal<GroupSensitivity>(CalibrationOption.JournalFolder, "sensitivity", calibration.Key(parsed, sha256), group => group is { Group: not null, Nodes: not null });
            var options = new SensitivityOptions
            {
                Quantization = calibration.Apply(parsed, new StaticOptions { Plan = parsed.GetValue(plan) is { } file ? QuantizationPlan.Load(file) : QuantizationPlan.Mixed }),
                ModuleDepth = parsed.GetValue(depth),
                Values = parsed.GetValue(values) ?? [],
                Checkpoint = checkpoint,
                Journal = journal,
                Shard = parsed.GetValue(shard),
                Cancellation = cancellation,
            };
            var loaded = OnnxFile.Load(from);
            var inputs = calibration.Inputs(parsed, from, loaded);
            var table = parsed.GetValue(parts) is { Length: > 0 } files ? SensitivityTable.Merge(files)
                : ConsoleProgress.Run("measuring", progress => SensitivityAnalysis.Run(new OrtCalibrationRunner(), loaded, inputs, options with { Progress = progress })) with { ModelSha256 = sha256 };
            if (table.ModelSha256 != sha256) { throw LabError.BadInput($"The parts were measured on another model than '{from}'. Name that one."); }
            if (parsed.GetValue(loss) is { } points)
            {
                var dataset = CocoDataset.Open(parsed.GetValue(coco) ?? throw LabError.OutOfRange("absent", "a labelled dataset, since --target-ap-loss is given", "--coco"));
                using var evaluations = new EvaluationRun(dataset, dataset.Describe(), calibration.Detector(parsed));
                var use = calibration.Use(parsed, from);
                double Ap(Func<OpenedEngine> open) => evaluations.Evaluate(open, (_, _) => { }, cancellation).Result.Evaluation.Summary.Ap
                    ?? throw LabError.Calibration("the dataset has no object to find", "labelled objects", "Name another folder with --coco.");
                var reference = Ap(() => new(new OrtEngine(from), Artefact.Of(from).Info) { Use = use });
                using var search = new MixSearch(loaded, use, options, inputs, table, open => reference - Ap(open));
                table = table with { KeepList = ConsoleProgress.Run("searching", progress => search.Run(points / 100, MixSearch.MostTrials, progress)) };
                table.Save(parsed.GetValue(target)!);
                evaluations.Forget();
            }
            else { table.Save(parsed.GetValue(target)!); }

            journal.Delete();
            checkpoint.Delete();
            Print(table, parsed.InvocationConfiguration.Output);
            return Task.FromResult((int)(table.KeepList is { Holds: false } ? ExitCode.CheckFailed : ExitCode.Done));
        });
        return command;
    }

    static void Print(SensitivityTable table, TextWriter output)
    {
        output.WriteLine($"{"group",-60} {"SQNR dB",8} {"cosine",9} {"work %",7}");
        foreach (var group in table.Groups)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{group.Group,-60} {group.SqnrDb,8:F1} {group.Cosine,9:F6} {100 * group.WorkShare,7:F2}"));
        }

        if (table.KeepList is not { } list) { return; }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Keep {list.Groups.Count} groups: AP loss {list.Loss:F4}, target {list.TargetLoss:F4}, {100 * list.QuantizedWorkShare:F0} % of the work quantised, {list.Trials} mixes tried."));
        foreach (var group in list.Groups) { output.WriteLine($"  {group}"); }
    }
}
