using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab train mini|student [--minutes N] [--from FILE] [--dilation] [--out DIR]</c></summary>
static class TrainCommand
{
    const string Mini = "mini", Student = "student";

    internal static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = $"What to train on drawn scenes: {Mini}, a small DETR; {Student}, one of half its layers." };
        var from = new Option<string?>("--from") { Description = "A model of the same classes to go on from, for example a pruned one, instead of from nothing; a student begins with half of its layers." };
        var dilation = new Option<bool>("--dilation") { Description = "The backbone's last stage dilates its filters instead of halving its map (DC5): small things are found better, a picture takes longer. Weights of --from fit as they are." };
        var training = new TrainingArguments("detr-mini");
        var command = training.AddTo(new("train", "Trains a small DETR on drawn scenes; an interrupted run goes on where it was.") { name, from, dilation });
        command.SetAction((parsed, stop) =>
        {
            var begin = parsed.GetValue(from) is { } file ? ModelZoo.Load(ModelZoo.Default.Resolve(file)) : null;
            var isDilated = parsed.GetValue(dilation);
            if (isDilated && begin is { Model: DetrConfig known }) { begin = new(known with { Dilation = true }, begin.Tensors, begin.Source, begin.Sha256); }
            return parsed.GetValue(name) switch
            {
                Mini => training.Run(parsed, TrainingOptions.Mini with { Dilation = isDilated }, begin, teacher: null, stop),
                Student => training.Run(parsed, TrainingOptions.Student with { Dilation = isDilated }, begin is null ? null : LayerPruner.Halve(begin), teacher: null, stop),
                var other => throw LabError.UnknownName("model to train", other!, [Mini, Student]),
            };
        });
        return command;
    }
}
