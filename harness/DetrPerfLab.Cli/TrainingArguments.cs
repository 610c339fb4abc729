using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>The options that <c>train</c> and <c>distill</c> share, and the run itself.</summary>
sealed class TrainingArguments
{
    static readonly TrainingOptions s_standard = new();

    readonly Option<long?> _steps = new Option<long?>("--steps") { Description = $"Batches to learn from; {s_standard.Steps} unless --minutes says otherwise." }.Within(1, 10_000_000);
    readonly Option<double?> _minutes = new Option<double?>("--minutes") { Description = "As many batches as this machine takes in that time: tried before the first, kept when the run goes on." }.Within(1, 10_000);
    readonly Option<int> _batch = new Option<int>("--batch") { Description = "Scenes of a batch.", DefaultValueFactory = _ => s_standard.Batch }.Within(1, 256);
    readonly Option<int> _scenes = new Option<int>("--scenes") { Description = "Scenes that are drawn once, and seen again changed.", DefaultValueFactory = _ => s_standard.Scenes }.Within(1, 100_000);
    readonly Option<double?> _rate = new Option<double?>("--learning-rate") { Description = FormattableString.Invariant($"Of AdamW, after the warm-up; {s_standard.LearningRate}, a quarter of it where the weights are trained already.") }.Within(1e-7, 1);
    readonly Option<long> _judge = new Option<long>("--judge-every") { Description = "Batches between two judgements on scenes that it never learns from.", DefaultValueFactory = _ => 2000 }.Within(1, 10_000_000);
    readonly Option<int> _threads = SharedOptions.Threads();
    readonly Option<ulong> _seed = new("--seed") { Description = "Of weights, scenes and order.", DefaultValueFactory = _ => s_standard.Seed };
    readonly OutputFolder _folder;

    /// <param name="standardFolder">Below models/cache.</param>
    internal TrainingArguments(string standardFolder) => _folder = new("--out")
    {
        Description = "Folder of the run: checkpoint, log, curves, and in the end the model.",
        DefaultValueFactory = _ => Path.Combine(LabPaths.ModelCache, standardFolder),
    };

    internal Command AddTo(Command command)
    {
        command.With([_steps, _minutes, _batch, _scenes, _rate, _judge, _threads, _seed, _folder]);
        return command.OnlyWith(_steps, "a number of batches, without --minutes,", result => result.GetValue(_minutes) is null);
    }

    /// <summary>Trains, or goes on; writes the model, what it was, and its curves.</summary>
    internal Task<int> Run(ParseResult parsed, DetrConfig config, WeightStore? from, WeightStore? teacher, CancellationToken stop)
    {
        var (output, error, target) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(_folder)!);
        var log = Path.Combine(target, "training.json");
        WrittenFiles.RequireOwn([log, .. TrainedModels.FilesIn(target), .. TrainingCurves.FilesIn(target)]);
        var options = s_standard with
        {
            Config = config,
            Steps = parsed.GetValue(_steps) ?? s_standard.Steps,
            Batch = parsed.GetValue(_batch),
            Scenes = parsed.GetValue(_scenes),
            LearningRate = parsed.GetValue(_rate) ?? s_standard.LearningRate / (from is null ? 1 : 4),
            Threads = parsed.GetValue(_threads),
            Seed = parsed.GetValue(_seed),
        };
        if (NativeAllocator.IsGlibc) { NativeAllocator.KeepFreedMemory(); } // page faults take an eighth of the time otherwise
        if (parsed.GetValue(_minutes) is { } minutes)
        {
            options = options with { Steps = TrainingRun.StepsIn(TimeSpan.FromMinutes(minutes), options, target, from, teacher) };
            error.WriteLine(FormattableString.Invariant($"detrlab: {minutes} minutes are {options.Steps} steps here"));
        }

        using var run = new TrainingRun(options, target, from, teacher);
        using var journal = new Journal<TrainingProgress>(Path.Combine(LabPaths.ModelCache, "training"), "train", $"{OutputPath.Real(target)} {run.Options.Key}");
        journal.Forget(told => told.Step > run.Step); // of after the last checkpoint: told again
        if (run.Step > 0) { error.WriteLine($"detrlab: going on after step {run.Step} of {options.Steps}"); }
        run.Run(parsed.GetValue(_judge), line => error.WriteLine($"detrlab: {line}"), progress =>
        {
            journal.Add(progress);
            error.WriteLine(LineOf(progress));
        }, stop);
        TrainedModels.Save(run.Store(), target);
        LabJson.Write(log, new { run.Options, Progress = journal.Entries });
        output.WriteLine($"Trained: {Path.Combine(target, "model.safetensors")}");
        if (journal.Entries is [.., { Ap: { } ap, Ap50: { } ap50 }]) { output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"AP {100 * ap:F1}, AP50 {100 * ap50:F1} on {TrainingRun.JudgedScenes} scenes that it never learnt from")); }
        foreach (var path in Curves(journal.Entries, target, error)) { output.WriteLine(path); }
        return Task.FromResult((int)ExitCode.Done);
    }

    /// <summary>The charts' files; where none can be drawn here, the reason is said.</summary>
    static IReadOnlyList<string> Curves(IReadOnlyList<TrainingProgress> progress, string folder, TextWriter error)
    {
        try { return TrainingCurves.Write([.. progress.Select(p => new TrainingPoint(p.Step, p.ClassLoss, p.BoxLoss, p.GiouLoss, p.Ap, p.Ap50))], folder); }
        catch (LabException lacking) when (lacking.ExitCode == ExitCode.Missing)
        {
            error.WriteLine($"detrlab: {lacking.Message}");
            return [];
        }
    }

    static string LineOf(TrainingProgress p) => string.Create(CultureInfo.InvariantCulture,
        $"step {p.Step} of {p.Steps}: loss {p.Loss:F3} (last layer: class {p.ClassLoss:F3}, box {p.BoxLoss:F3}, giou {p.GiouLoss:F3}){(p.Ap is { } ap ? $", AP {100 * ap:F1}, AP50 {100 * p.Ap50:F1}" : "")}; {p.PicturesPerSecond:F1} scenes/s{(p.Left is { } left ? $", {left:h\\:mm\\:ss} left" : "")}");
}
