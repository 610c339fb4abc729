using System.CommandLine;
using System.Text.Json;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab models list | fetch NAME | import FILE</c>: which models there are, and how they get here.</summary>
static class ModelsCommand
{
    internal static Command Create() => Create(ModelZoo.Default);

    internal static Command Create(ModelZoo zoo) => new("models", "Lists the models, fetches official weights, takes in files.")
    {
        List(zoo),
        Fetch(zoo),
        Import(zoo),
    };

    static Command List(ModelZoo zoo)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON instead of text." };
        var command = new Command("list", "Shows every model, its published accuracy and whether its weights are at hand.") { json };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var rows = zoo.List().Select(model => new ModelRow(model)).ToList();
            if (parsed.GetValue(json)) { output.WriteLine(JsonSerializer.Serialize(rows, LabJson.Options)); }
            else { PrintTable(rows, output); }
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Fetch(ModelZoo zoo)
    {
        var name = new Argument<string>("NAME") { Description = "A model of the list, for example detr-r50." };
        var command = new Command("fetch", "Downloads official weights; resumes an interrupted download.") { name };
        command.SetAction((parsed, cancellation) =>
        {
            var path = ConsoleProgress.Run(
                $"Fetching {parsed.GetValue(name)}", report => zoo.FetchAsync(parsed.GetValue(name)!, null, report, cancellation).GetAwaiter().GetResult());
            parsed.InvocationConfiguration.Output.WriteLine($"{parsed.GetValue(name)}: {path}");
            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    static Command Import(ModelZoo zoo)
    {
        var file = new Argument<string>("FILE") { Description = "A checkpoint of a DETR: .pth, .pt or .safetensors." };
        var name = new Option<string?>("--name") { Description = "Its name; the file's if left out. With dc5 in it, the model is taken for one." };
        var command = new Command("import", "Checks a checkpoint and copies it into the lab's cache.") { file, name };
        command.SetAction(parsed =>
        {
            var model = zoo.Import(parsed.GetValue(file)!, parsed.GetValue(name));
            parsed.InvocationConfiguration.Output.WriteLine($"{model.Name} ({model.Kind.ToString().ToLowerInvariant()}): {model.Path}");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static void PrintTable(IReadOnlyList<ModelRow> rows, TextWriter output)
    {
        output.WriteLine($"{"name",-24} {"weights",-10} {"at hand",-8} {"published AP",-13} published time");
        foreach (var row in rows)
        {
            var line = $"{row.Name,-24} {row.Weights.ToString().ToLowerInvariant(),-10} {(row.AtHand ? "yes" : "no"),-8} "
                + $"{row.PublishedCocoAp?.ToString("0.000"),-13} {row.PublishedTime}";
            output.WriteLine(line.TrimEnd());
        }
    }

    /// <summary>One line of the list. Published figures belong to official weights only: synthetic ones detect nothing.</summary>
    sealed record ModelRow(
        string Name, WeightsKind Weights, bool AtHand, string? Path, string? Url, string? Licence,
        double? PublishedCocoAp, double? PublishedSecondsPerImage, string? PublishedDevice)
    {
        internal ModelRow(ListedModel model)
            : this(model.Name, model.Kind, model.AtHand, model.Path, model.Official?.Url.ToString(), model.Official?.Licence,
                model.Official?.Published.CocoAp, model.Official?.Published.SecondsPerImage, model.Official?.Published.Device)
        {
        }

        internal string PublishedTime => PublishedSecondsPerImage is { } seconds ? $"{seconds:0.000} s/image on {PublishedDevice}" : "";
    }
}
