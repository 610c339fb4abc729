using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab data fetch coco-val2017</c>, <c>detrlab data scenes</c>: labelled images for <c>detrlab eval --coco</c>.</summary>
static class DataCommand
{
    const string Val2017 = "coco-val2017";

    internal static Command Create() => new("data", "Labelled images to judge models on: fetched, or drawn.") { Fetch(), Scenes() };

    static Command Scenes()
    {
        var images = new Option<int>("--images") { Description = "How many.", DefaultValueFactory = _ => 500 }.Within(1, 100_000);
        var seed = new Option<ulong>("--seed") { Description = "Of the drawing: the same scenes on every machine.", DefaultValueFactory = _ => SceneDataset.JudgingSeed };
        var folder = new OutputFolder("--out") { Description = "Folder to write into; default: below models/cache/data." };
        var command = new Command("scenes", $"Draws scenes with exact boxes, a dozen shapes ({string.Join(", ", Scene.Classes)}), as a COCO data set.").With([images, seed, folder]);
        command.SetAction((parsed, cancellation) =>
        {
            var count = parsed.GetValue(images);
            var target = parsed.GetValue(folder) ?? SceneDataset.FolderOf(count, parsed.GetValue(seed));
            WrittenFiles.RequireOwn(SceneDataset.FilesIn(target, count));
            ConsoleProgress.Run("Drawing", report =>
            {
                SceneDataset.Write(target, count, parsed.GetValue(seed), report, cancellation);
                return 0;
            });
            parsed.InvocationConfiguration.Output.WriteLine($"{count} scenes and their labels: {target}");
            return Task.CompletedTask;
        });
        return command;
    }

    static Command Fetch()
    {
        var name = new Argument<string>("NAME") { Description = $"The data set: {Val2017}." };
        var images = new Option<int>("--images") { Description = "How many images, spread evenly over all 5000.", DefaultValueFactory = _ => 5000 }.Within(1, 5000);
        var folder = new OutputFolder("--out") { Description = "Folder to fetch into; default: below models/cache/data." };
        var url = new Option<string>("--url") { Description = "Server that has the files under COCO's names, for a mirror.", DefaultValueFactory = _ => CocoFetch.Publisher };
        var command = new Command("fetch", "Fetches images and labels of a public data set; goes on with an interrupted download.") { name, images, folder, url };
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(name) is var asked && asked != Val2017) { throw LabError.UnknownName("data set", asked!, [Val2017]); }
            var count = parsed.GetValue(images);
            if (!Uri.TryCreate(parsed.GetValue(url)!.TrimEnd('/') + "/", UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
            {
                throw LabError.OutOfRange(parsed.GetValue(url), "an address that begins with http:// or https://", "--url");
            }

            var target = parsed.GetValue(folder) ?? Path.Combine(LabPaths.ModelCache, "data", count == 5000 ? Val2017 : $"{Val2017}-{count}");
            WrittenFiles.RequireOwn([Path.Combine(target, "instances.json")]);
            Directory.CreateDirectory(target);
            var fetch = new CocoFetch(server, target);
            var have = ConsoleProgress.Run("Fetching", report => fetch.RunAsync(count, (_, done, of) => report(done, of), cancellation).GetAwaiter().GetResult());
            parsed.InvocationConfiguration.Output.WriteLine($"{have} images and their labels: {target}");
            parsed.InvocationConfiguration.Output.WriteLine($"Judge a model on them: detrlab eval --model detr-r50 --coco {target}");
            return Task.CompletedTask;
        });
        return command;
    }
}
