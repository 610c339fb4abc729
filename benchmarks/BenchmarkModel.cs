namespace DetrPerfLab.Benchmarks;

/// <summary>Which model the suites run: the choice of <c>--model</c>, handed to each case's process by a variable.</summary>
static class BenchmarkModel
{
    internal const string Variable = "DETRLAB_MODEL";
    internal const string Default = "detr-r50";

    static readonly HashSet<string> s_prepared = [];
    static readonly Dictionary<string, VariantModel> s_named = [];

    internal static string Name => Environment.GetEnvironmentVariable(Variable) ?? Default; // or the path of its file
    internal static VariantModel Current { get; } = VariantModel.Of(Name);
    internal static ArtefactCache Artefacts { get; } = new(LabPaths.ModelCache);
    internal static ImageSize DefaultSize { get; } = new(800, 1066); // DETR's own size for a 3:4 photograph

    /// <summary>A variant on images that it takes; a model of fixed size takes <see cref="DefaultSize"/> as its own.</summary>
    internal static VariantCase CaseOf(SuiteCase row, params IReadOnlyList<ImageSize> sizes)
    {
        if (!Takes(Current, sizes)) { throw Unfit(); }
        return Of(Current, row, sizes);
    }

    /// <summary>The same of a model that the suite has made.</summary>
    internal static VariantCase CaseOf(SuiteCase row, VariantModel model, IReadOnlyList<ImageSize> sizes)
    {
        RequireNoChoice(model.Name);
        return Of(model, row, sizes);
    }

    /// <summary>A variant of a model that the suite itself names; the choice of <c>--model</c> is refused there, as its figures would stand under another's name.</summary>
    internal static VariantCase CaseOf(SuiteCase row, string model, IReadOnlyList<ImageSize> sizes)
    {
        RequireNoChoice(model);
        if (!s_named.TryGetValue(model, out var named))
        {
            // --family and --keep-list are said of another model: a zoo classifier knows its own family, and has other layers.
            var calibration = CalibrationChoice.FromEnvironment() with { KeepList = null };
            s_named[model] = named = VariantModel.Of(model, calibration, new FamilyOptions());
        }

        return Of(named, row, sizes);
    }

    static void RequireNoChoice(string model)
    {
        if (Name != Default) { throw LabError.Missing($"This row measures {model}, not '{Path.GetFileName(Name)}'. Leave --model out; variants of a model of your own: detrlab bench --model FILE"); }
    }

    static VariantCase Of(VariantModel model, SuiteCase row, IReadOnlyList<ImageSize> sizes) => new(model, VariantRegistry.Get(row.Variant), sizes, Artefacts) { WaitedMs = SuiteBenchmarks.WaitedMs };

    /// <summary>Whether a model runs on images of these very sizes: else a row would time another size than it says.</summary>
    internal static bool Takes(VariantModel model, IReadOnlyList<ImageSize> sizes) =>
        (sizes is [var one] && one == DefaultSize) || (IsDetr(model) && sizes.All(size => model.InputSize(size) == size));

    /// <summary>For rows that prepare a photograph and read detections as a DETR needs it.</summary>
    internal static void RequireDetr()
    {
        if (!IsDetr(Current)) { throw Unfit(); }
    }

    static bool IsDetr(VariantModel model) => model.Use.Family == ModelFamilies.Detr;

    static LabException Unfit() => LabError.Missing($"Model '{Current.Name}' takes images of one size and family; this row needs a DETR that takes any size and batch. Leave --model out, or name a DETR.");

    internal static void Prepare(VariantCase row, Action<string, long, long> progress, bool fresh = false)
    {
        if (s_prepared.Add($"{row.Model.Name} {row.Variant.Name} {string.Join(' ', row.Sizes)} {fresh}")) { row.Prepare(progress, fresh); }
    }
}
