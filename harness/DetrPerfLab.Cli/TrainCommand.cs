using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab train mini [--minutes N] [--from FILE] [--out DIR]</c></summary>
static class TrainCommand
{
    const string Mini = "mini";

    internal static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = $"What to train: {Mini}, a small DETR on drawn scenes." };
        var from = new Option<string?>("--from") { Description = "A model of the same classes to go on from, for example a pruned one, instead of from nothing." };
        var training = new TrainingArguments("detr-mini");
        var command = training.AddTo(new("train", "Trains a small DETR on drawn scenes; an interrupted run goes on where it was.") { name, from });
        command.SetAction((parsed, stop) =>
        {
            if (parsed.GetValue(name) is var asked && asked != Mini) { throw LabError.UnknownName("model to train", asked!, [Mini]); }
            return training.Run(parsed, TrainingOptions.Mini, parsed.GetValue(from) is { } file ? ModelZoo.Load(ModelZoo.Default.Resolve(file)) : null, teacher: null, stop);
        });
        return command;
    }
}
