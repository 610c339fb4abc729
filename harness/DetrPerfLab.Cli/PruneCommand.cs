using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab prune --model MODEL --ratio 0.3 --out DIR</c>: a checkpoint with fewer channels.</summary>
static class PruneCommand
{
    const string Scale = "scale", Taylor = "taylor";

    static readonly string[] s_beside = ["config.json", "preprocessor_config.json"]; // Hugging Face's: what its classes are called and what a picture becomes

    internal static Command Create()
    {
        var model = new Option<string>("--model") { Description = "A DETR: its name (detrlab models list) or its checkpoint.", Required = true };
        var ratio = new Option<double>("--ratio") { Description = "Share of the channels that goes, within the blocks of the backbone and of the feed-forward layers; what stays is a multiple of 16.", Required = true }.Within(0.01, 0.95);
        var importance = new Option<string>("--importance") { Description = $"What tells which channels go: {Scale}, from the weights alone; {Taylor}, from the loss on scenes, for models of 'detrlab train'.", DefaultValueFactory = _ => Scale };
        var scenes = new Option<int>("--scenes") { Description = "Scenes that the loss is taken on.", DefaultValueFactory = _ => 512 }.Within(16, 100_000);
        var folder = new OutputFolder("--out") { Description = "Folder for the checkpoint, and for the files beside the model that say what it is.", Required = true };
        var command = new Command("prune", "Takes whole channels out of a DETR: its shapes shrink, so every engine is faster, and it stays a checkpoint. Train it on afterwards: detrlab train mini --from.") { model, ratio, importance, scenes, folder };
        command.OnlyWith(scenes, $"--importance {Taylor}", result => result.GetValue(importance) == Taylor);
        command.SetAction((parsed, stop) =>
        {
            var source = ModelZoo.Default.Resolve(parsed.GetValue(model)!);
            var (config, note) = ModelZoo.Describe(source);
            if (config is not DetrConfig) { throw LabError.BadInput($"'{source.Name}' is no DETR; channels are taken out of a DETR's backbone and feed-forward layers. Name a DETR."); }
            if (note is not null) { parsed.InvocationConfiguration.Error.WriteLine(note); }
            var target = parsed.GetValue(folder)!;
            var written = Path.Combine(target, "model.safetensors");
            var beside = source.Path is { } path ? s_beside.Select(name => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name)).Where(File.Exists).ToList() : [];
            WrittenFiles.RequireOwn([written, .. beside.Select(file => Path.Combine(target, Path.GetFileName(file)))]);
            var weights = ModelZoo.Load(source);
            var values = parsed.GetValue(importance) switch
            {
                Scale => ChannelPruner.ByScale(weights),
                Taylor => ConsoleProgress.Run("Weighing channels", report => TaylorImportance.Of(weights, parsed.GetValue(scenes), report, stop)),
                var other => throw LabError.UnknownName("importance", other!, [Scale, Taylor]),
            };
            var pruned = ChannelPruner.Prune(weights, parsed.GetValue(ratio), values);
            SafetensorsWriter.Save(pruned, written);
            foreach (var file in beside) { AtomicFile.Write(Path.Combine(target, Path.GetFileName(file)), stream => stream.Write(File.ReadAllBytes(file))); }
            var (before, after) = (weights.Tensors.Sum(t => (long)t.Data.Length), pruned.Tensors.Sum(t => (long)t.Data.Length));
            parsed.InvocationConfiguration.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{written}: {after / 1e6:F2} of {before / 1e6:F2} million weights stay ({100.0 * after / before:F0} %)"));
            return Task.CompletedTask;
        });
        return command;
    }
}
