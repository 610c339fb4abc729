namespace DetrPerfLab.Vision;

/// <summary>The known families, told apart by a model's inputs and outputs.</summary>
public static class DetectorFamilies
{
    public static IDetectorFamily Detr { get; } = new DetrFamily();
    public static IReadOnlyList<IDetectorFamily> All { get; } = [Detr, new DeimFamily()];

    public static IDetectorFamily Match(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs) =>
        All.FirstOrDefault(f => f.Matches(inputs, outputs))
        ?? throw LabError.BadInput($"The model is no detector known here. Found inputs {string.Join("; ", inputs)}, outputs {string.Join("; ", outputs)}. "
            + $"Known: {string.Join(" | ", All.Select(f => $"{f.Name} ({f.Interface})"))}. Export it with one of these interfaces.");

    /// <summary>Whether the inputs are these and no others, but for those marked with a question mark, which may be missing.</summary>
    internal static bool TakesExactly(IReadOnlyList<TensorSpec> inputs, params (string Name, ElementType Type, int Rank)[] known) =>
        inputs.All(i => known.Any(k => Fits(i, k))) && known.All(k => k.Name.EndsWith('?') || inputs.Any(i => i.Name == k.Name));

    internal static bool Gives(IReadOnlyList<TensorSpec> outputs, params (string Name, ElementType Type, int Rank)[] known) =>
        known.All(k => outputs.Any(o => Fits(o, k)));

    static bool Fits(TensorSpec tensor, (string Name, ElementType Type, int Rank) known) =>
        tensor.Name == known.Name.TrimEnd('?') && tensor.Type == known.Type && tensor.Dimensions.Count == known.Rank;

    /// <summary>Height and width that an input [N, 3, H, W] fixes; null where either is free.</summary>
    internal static ImageSize? FixedSize(IReadOnlyList<TensorSpec> inputs, string name)
    {
        var dimensions = inputs.First(i => i.Name == name).Dimensions;
        return dimensions[2].IsFixed && dimensions[3].IsFixed ? new((int)dimensions[2].Length, (int)dimensions[3].Length) : null;
    }
}
