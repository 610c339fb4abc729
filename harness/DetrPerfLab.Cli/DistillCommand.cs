using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab distill --teacher MODEL [--student MODEL] [--minutes N] [--out DIR]</c></summary>
static class DistillCommand
{
    internal static Command Create()
    {
        var teacher = new Option<string>("--teacher") { Description = "A trained model of the scenes' classes.", Required = true };
        var student = new Option<string?>("--student") { Description = "A model to go on from, for example a pruned one; default: half of the teacher's layers, as they are." };
        var training = new TrainingArguments("detr-mini-student");
        var command = training.AddTo(new("distill", "Trains a smaller model on drawn scenes with a larger one as its teacher: class probabilities and boxes of matched queries, and features.") { teacher, student });
        command.SetAction((parsed, stop) =>
        {
            var taught = ModelZoo.Load(ModelZoo.Default.Resolve(parsed.GetValue(teacher)!));
            return training.Run(parsed, TrainingOptions.Student, parsed.GetValue(student) is { } file ? ModelZoo.Load(ModelZoo.Default.Resolve(file)) : LayerPruner.Halve(taught), taught, stop);
        });
        return command;
    }
}
