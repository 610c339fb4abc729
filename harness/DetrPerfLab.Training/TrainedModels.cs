using System.Text.Json;

namespace DetrPerfLab.Training;

/// <summary>A DETR that was trained on scenes, as the rest of the lab takes a model; and its files.</summary>
public static class TrainedModels
{
    const string Weights = "model.safetensors", Config = "config.json", Picture = "preprocessor_config.json";

    // Scenes are as large as the model sees them: nothing is scaled.
    static readonly string s_picture = JsonSerializer.Serialize(new
    {
        do_resize = true,
        size = new { shortest_edge = Scene.Side, longest_edge = Scene.Side },
        do_rescale = true,
        rescale_factor = 1 / 255.0,
        do_normalize = true,
        image_mean = new[] { 0.485, 0.456, 0.406 },
        image_std = new[] { 0.229, 0.224, 0.225 },
    });

    static Dictionary<string, string> Labels => Scene.Classes.Select((name, label) => (name, label)).ToDictionary(c => $"{c.label}", c => c.name);

    /// <summary>What <see cref="Save"/> writes.</summary>
    public static IEnumerable<string> FilesIn(string folder) => new[] { Weights, Config, Picture }.Select(name => Path.Combine(folder, name));

    /// <summary>Weights in half precision; beside them, in Hugging Face's files, what its classes are called and what a picture becomes.</summary>
    public static void Save(WeightStore store, string folder)
    {
        SafetensorsWriter.SaveHalf(store, Path.Combine(folder, Weights));
        AtomicFile.WriteText(Path.Combine(folder, Config), JsonSerializer.Serialize(new { model_type = "detr", id2label = Labels }, LabJson.Options) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, Picture), s_picture + "\n");
    }

    internal static VariantModel Of(WeightStore store)
    {
        var facts = new ModelFacts(store.Config.Name, store.Config.Inputs, store.Config.Outputs)
        {
            Metadata = new Dictionary<string, string> { [ModelUse.FamilyKey] = ModelFamilies.Detr.Name, [ModelUse.PictureKey] = s_picture, [ModelUse.LabelsKey] = JsonSerializer.Serialize(Labels) },
        };
        return new(store.Config.Name, store.Sha256, () => store, ModelUse.Of(facts)) { Config = store.Config };
    }
}
