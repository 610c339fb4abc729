using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab train mini [--steps N] [--out DIR]</c></summary>
static class TrainCommand
{
    const string Mini = "mini";

    internal static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = $"What to train: {Mini}, a small DETR on drawn scenes." };
        var standard = new TrainingOptions();
        var steps = new Option<long>("--steps") { Description = "Batches to learn from.", DefaultValueFactory = _ => standard.Steps }.Within(1, 10_000_000);
        var batch = new Option<int>("--batch") { Description = "Scenes of a batch.", DefaultValueFactory = _ => standard.Batch }.Within(1, 256);
        var scenes = new Option<int>("--scenes") { Description = "Scenes that are drawn once, and seen again changed.", DefaultValueFactory = _ => standard.Scenes }.Within(1, 100_000);
        var rate = new Option<double>("--learning-rate") { Description = "Of AdamW, after the warm-up.", DefaultValueFactory = _ => standard.LearningRate }.Within(1e-7, 1);
        var judge = new Option<long>("--judge-every") { Description = "Batches between two judgements on scenes that it never learns from.", DefaultValueFactory = _ => 2000 }.Within(1, 10_000_000);
        var threads = SharedOptions.Threads();
        var seed = new Option<ulong>("--seed") { Description = "Of weights, scenes and order.", DefaultValueFactory = _ => standard.Seed };
        var folder = new OutputFolder("--out") { Description = "Folder of the run: checkpoint, log, and in the end the model.", DefaultValueFactory = _ => Path.Combine(LabPaths.ModelCache, "detr-mini") };
        var command = new Command("train", "Trains a small DETR from nothing; an interrupted run goes on where it was.") { name }.With([steps, batch, scenes, rate, judge, threads, seed, folder]);
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(name) is var asked && asked != Mini) { throw LabError.UnknownName("model to train", asked!, [Mini]); }
            var options = standard with
            {
                Steps = parsed.GetValue(steps),
                Batch = parsed.GetValue(batch),
                Scenes = parsed.GetValue(scenes),
                LearningRate = parsed.GetValue(rate),
                Threads = parsed.GetValue(threads),
                Seed = parsed.GetValue(seed),
            };
            var target = parsed.GetValue(folder)!;
            var log = Path.Combine(target, "training.json");
            WrittenFiles.RequireOwn([log, .. TrainedModels.FilesIn(target)]);
            using var journal = new Journal<TrainingProgress>(Path.Combine(LabPaths.ModelCache, "training"), "train", $"{OutputPath.Real(target)} {options.Key}");
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            using var run = new TrainingRun(options, target);
            journal.Forget(told => told.Step > run.Step); // of after the last checkpoint: told again
            if (run.Step > 0) { error.WriteLine($"detrlab: going on after step {run.Step} of {options.Steps}"); }
            run.Run(parsed.GetValue(judge), line => error.WriteLine($"detrlab: {line}"), progress =>
            {
                journal.Add(progress);
                error.WriteLine(LineOf(progress));
            }, cancellation);
            TrainedModels.Save(run.Store(), target);
            LabJson.Write(log, new { Options = options, Progress = journal.Entries });
            output.WriteLine($"Trained: {Path.Combine(target, "model.safetensors")}");
            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    static string LineOf(TrainingProgress p) => string.Create(CultureInfo.InvariantCulture,
        $"step {p.Step} of {p.Steps}: loss {p.Loss:F3} (last layer: class {p.ClassLoss:F3}, box {p.BoxLoss:F3}, giou {p.GiouLoss:F3}){(p.Ap is { } ap ? $", AP {100 * ap:F1}, AP50 {100 * p.Ap50:F1}" : "")}; {p.PicturesPerSecond:F1} scenes/s{(p.Left is { } left ? $", {left:h\\:mm\\:ss} left" : "")}");
}
