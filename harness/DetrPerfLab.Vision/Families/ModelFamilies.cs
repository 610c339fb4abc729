namespace DetrPerfLab.Vision;

/// <summary>The known families.</summary>
public static class ModelFamilies
{
    public static ModelFamily Detr { get; } = new DetrFamily();
    public static ModelFamily SigmoidDetr { get; } = new SigmoidDetrFamily();
    public static ModelFamily Deim { get; } = new DeimFamily();
    public static ModelFamily RfDetr { get; } = new RfDetrFamily();
    public static ModelFamily Classifier { get; } = new ClassifierFamily();
    public static IReadOnlyList<ModelFamily> All { get; } = [Detr, SigmoidDetr, Deim, RfDetr, Classifier];

    public static ModelFamily Get(string name) =>
        All.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw LabError.UnknownName("family", name, All.Select(f => f.Name));

    /// <summary>The family that only these inputs and outputs, and what computes them, can belong to.</summary>
    /// <exception cref="LabException">None fits, or several do.</exception>
    internal static ModelFamily Of(ModelFacts facts)
    {
        var fitting = All.Where(f => f.Matches(facts)).ToList();
        if (fitting.Count == 0)
        {
            throw LabError.BadInput($"{facts.Name} is no model of a family known here. Found inputs {string.Join("; ", facts.Inputs)}, outputs {string.Join("; ", facts.Outputs)}. "
                + $"Known: {string.Join(" | ", All.Select(f => $"{f.Name} ({f.Interface})"))}. Export it with one of these interfaces.");
        }

        return fitting.Where(f => f.IsCertain(facts)).ToList() is [var only] ? only : throw LabError.BadInput(
            $"{facts.Name} may be of several families: {string.Join(" or ", fitting.Select(f => $"{f.Name} ({f.Models})"))}. "
            + $"Their outputs look alike and are read differently. Say which one it is: --family {fitting[0].Name}, or lay the config.json of its publisher beside it.");
    }
}
