using System.Text.RegularExpressions;

namespace DetrPerfLab.Models;

/// <summary>Which names belong to a model that the lab knows.</summary>
static partial class KnownNames
{
    internal const int MaxLength = 512; // a longer name is no tensor's: a made-up one could be recalled many times, and each time be looked at

    /// <summary>What names of the models that are built here look like, for messages.</summary>
    internal const string Examples =
        "transformer.encoder.layers.0.linear1.weight (a DETR by its authors), model.encoder.layers.0.fc1.weight (by Hugging Face), layer1.0.conv1.weight (a ResNet), "
        + "encoder.layers.encoder_layer_0.ln_1.weight (a ViT)";

    /// <summary>Of any model that is built here, official or Hugging Face's, or of a relative that is refused by name.</summary>
    internal static bool IsKnown(string name) =>
        name.Length <= MaxLength && (DetrName().IsMatch(name) || HuggingFaceNames.ToOfficial(name) is not null || ClassifierNames.Knows(name) || Relatives.Have(name));

    [GeneratedRegex(@"^(transformer\.(encoder|decoder)\.|backbone\.0\.body\.|(class_embed|query_embed|input_proj)\.(weight|bias)$|bbox_embed\.layers\.)")]
    private static partial Regex DetrName();
}
