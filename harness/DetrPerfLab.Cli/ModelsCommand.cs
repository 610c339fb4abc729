using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab models list | fetch NAME | import FILE</c>: which models there are, and how they get here.</summary>
static class ModelsCommand
{
    internal static Command Create() => Create(ModelZoo.Default);

    internal static Command Create(ModelZoo zoo) => new("models", "Lists the models, downloads official weights, imports checkpoints.")
    {
        List(zoo),
        Fetch(zoo),
        Import(zoo),
    };

    static Command List(ModelZoo zoo)
    {
        var json = SharedOptions.Json();
        var command = new Command("list", "Shows every model, its published accuracy and whether its weights are on this machine.") { json };
        command.SetAction(parsed =>
        {
            var rows = zoo.List().Select(model => new
            {
                model.Name,
                Weights = model.Kind,
                model.AtHand,
                model.Path,
                Official(model)?.Url,
                Official(model)?.Licence,
                PublishedCocoAp = Official(model)?.Published.CocoAp,
                PublishedTop1 = Official(model)?.Published.Top1,
                PublishedSecondsPerImage = Official(model)?.Published.SecondsPerImage,
                PublishedDevice = Official(model)?.Published.Device,
            });
            parsed.Answer(json, rows, output => PrintTable(zoo, output));
        });
        return command;
    }

    static Command Fetch(ModelZoo zoo)
    {
        var name = new Argument<string>("NAME") { Description = "A model of the list, for example detr-r50." };
        var command = new Command("fetch", "Downloads official weights; resumes an interrupted download.") { name };
        command.SetAction((parsed, cancellation) =>
        {
            var path = ConsoleProgress.Run($"Fetching {parsed.GetValue(name)}", report => zoo.FetchAsync(parsed.GetValue(name)!, report, cancellation).GetAwaiter().GetResult());
            parsed.InvocationConfiguration.Output.WriteLine($"{parsed.GetValue(name)}: {path}");
            return Task.CompletedTask;
        });
        return command;
    }

    static Command Import(ModelZoo zoo)
    {
        var file = new Argument<string>("FILE") { Description = "A checkpoint of a DETR, a ResNet or a ViT: .pth, .pt or .safetensors." };
        var name = new Option<string?>("--name") { Description = "The model's name; default: the file's name. A name that contains dc5 marks a model with a dilated last stage (DC5)." };
        var command = new Command("import", "Checks a checkpoint and copies it into the cache.") { file, name };
        command.SetAction(parsed =>
        {
            var model = zoo.Import(parsed.GetValue(file)!, parsed.GetValue(name));
            if (model.Note is { } note) { parsed.InvocationConfiguration.Error.WriteLine(note); }
            parsed.InvocationConfiguration.Output.WriteLine($"{model.Name} ({model.Kind.ToString().ToLowerInvariant()}): {model.Path}");
        });
        return command;
    }

    static void PrintTable(ModelZoo zoo, TextWriter output)
    {
        output.WriteLine($"{"name",-24} {"weights",-10} {"at hand",-8} {"published",-13} published time");
        foreach (var model in zoo.List())
        {
            var published = Official(model)?.Published;
            var accuracy = published?.CocoAp is { } ap ? $"AP {ap:0.000}" : published?.Top1 is { } top ? $"top-1 {top:0.000}" : "";
            var time = published?.SecondsPerImage is { } seconds ? $"{seconds:0.000} s/image on {published.Device}" : "";
            output.WriteLine($"{model.Name,-24} {model.Kind.ToString().ToLowerInvariant(),-10} {(model.AtHand ? "yes" : "no"),-8} {accuracy,-13} {time}".TrimEnd());
        }
    }

    /// <summary>Published figures belong to official weights only: synthetic ones detect nothing.</summary>
    static ZooModel? Official(KnownModel model) => model.Kind == WeightsKind.Official ? model.Zoo : null;
}
