using System.Security.Cryptography;
using DetrPerfLab.Core;
using DetrPerfLab.Models;

namespace DetrPerfLab.Engines;

/// <summary>What variants are variants of: one DETR, by name, without its weights in memory.</summary>
/// <param name="Name">In commands, tables and folder names, for example <c>detr-r50-synthetic</c>.</param>
/// <param name="Identity">Changes when the weights do, and is cheap to tell: a hash of the file, or the formula and shape of synthetic weights.</param>
/// <param name="LoadWeights">Reads or generates the weights.</param>
/// <param name="Note">What the user should know, for example that synthetic weights stand in; null when nothing.</param>
public sealed record VariantModel(string Name, string Identity, Func<WeightStore> LoadWeights, string? Note = null)
{
    /// <summary>The model that a name or a checkpoint's path stands for; see <see cref="ModelZoo.Resolve"/>.</summary>
    /// <exception cref="LabException">There is no such model or file.</exception>
    public static VariantModel Of(string nameOrFile)
    {
        var model = ModelZoo.Default.Resolve(nameOrFile);
        if (model.Path is null) { return Synthetic(model.Zoo!.Config) with { Name = model.Name, Note = model.Note }; }
        using var file = File.OpenRead(model.Path);
        return new(model.Name, Convert.ToHexStringLower(SHA256.HashData(file)), () => ModelZoo.Load(model), model.Note);
    }

    /// <summary>A model with synthetic-v1 weights: needs no download.</summary>
    public static VariantModel Synthetic(DetrConfig config) =>
        new($"{config.Name}-synthetic", $"synthetic-v1 {config}", () => SyntheticWeights.Create(config));
}
