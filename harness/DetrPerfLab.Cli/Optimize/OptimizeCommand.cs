using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab optimize --model NAME|FILE [--coco DIR | --imagefolder DIR] [--calibrate DIR] [--max-ap-loss 0.5] [--minutes 20] --out deploy/</c></summary>
static class OptimizeCommand
{
    static readonly OptimizeOptions s_defaults = new() { Model = "", Out = "" };

    internal static Command Create()
    {
        var model = new Option<string>("--model") { Description = "A model's name (detrlab models list), a checkpoint or an ONNX file.", Required = true };
        var coco = new Option<string?>("--coco") { Description = "Labelled boxes to judge a detector on: a folder with images/ and instances.json." };
        var folder = new Option<string?>("--imagefolder") { Description = "Labelled pictures to judge a classifier on: a folder that holds a folder of pictures for each class." };
        var calibrate = new Option<string?>("--calibrate") { Description = "Photographs to calibrate INT8 on; none of them is judged on. Default: a fifth of the labelled images; without labels, built-in pictures." };
        var loss = new Option<double>("--max-ap-loss") { Description = "Points of AP, or of top-1, that a pick may lose against FP32.", DefaultValueFactory = _ => s_defaults.MaxApLoss }.Within(0, 100);
        var agreement = new Option<double>("--min-agreement") { Description = "Without labels: how far a pick must say of pictures what FP32 says, per cent.", DefaultValueFactory = _ => s_defaults.MinAgreement }.Within(0, 100);
        var latency = new Option<double?>("--max-latency") { Description = "Largest median latency of a pick, milliseconds." }.Within(1e-6, 1e9);
        var memory = new Option<double?>("--max-memory") { Description = "Largest peak resident memory of a pick, MiB." }.Within(1, 1e9);
        var minutes = new Option<double>("--minutes") { Description = "Time to take, about; less time means fewer images and fewer samples.", DefaultValueFactory = _ => s_defaults.Minutes }.Within(1, 10_000);
        var pick = new Option<PickName>("--pick") { Description = "Which pick goes into the folder: safest (FP32's own numbers), balanced (half of the allowed loss) or fastest.", DefaultValueFactory = _ => s_defaults.Pick };
        var size = SharedOptions.Size();
        var output = new OutputFolder("--out") { Description = "Folder to write: the model, its options, a C# program that runs it, and the proof.", Required = true };
        var family = new FamilyArguments();
        var command = new Command("optimize", "Makes the fastest file of a model within your limits: builds each precision, judges and times them here, and writes what to deploy. Resumes an interrupted run.")
            .With([model, coco, folder, calibrate, loss, agreement, latency, memory, minutes, pick, size, output, .. family.All]);
        bool HasLabels(System.CommandLine.Parsing.CommandResult result) => result.GetValue(coco) is not null || result.GetValue(folder) is not null;
        command.OnlyWith(loss, "--coco or --imagefolder", HasLabels).OnlyWith(agreement, "pictures without labels", result => !HasLabels(result));
        command.SetAction((parsed, cancellation) =>
        {
            var options = new OptimizeOptions
            {
                Model = Deployment.ModelOf(parsed.GetValue(model)!),
                Out = parsed.GetValue(output)!,
                Coco = parsed.GetValue(coco),
                ImageFolder = parsed.GetValue(folder),
                Calibrate = parsed.GetValue(calibrate),
                MaxApLoss = parsed.GetValue(loss),
                MinAgreement = parsed.GetValue(agreement),
                MaxLatencyMs = parsed.GetValue(latency),
                MaxMemoryMiB = parsed.GetValue(memory),
                Minutes = parsed.GetValue(minutes),
                Pick = parsed.GetValue(pick),
                Size = parsed.GetValue(size),
                Family = family.Read(parsed),
            };
            if (options is { Coco: not null, ImageFolder: not null }) { throw LabError.BadInput("Name one labelled data set: --coco DIR for a detector, or --imagefolder DIR for a classifier."); }
            return Task.FromResult((int)new OptimizeSession(options, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellation).Run());
        });
        return command;
    }
}
