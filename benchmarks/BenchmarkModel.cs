namespace DetrPerfLab.Benchmarks;

/// <summary>Which model the suites run: the choice of <c>--model</c>, handed to each case's process by a variable.</summary>
static class BenchmarkModel
{
    internal const string Variable = "DETRLAB_MODEL";
    internal const string Default = "detr-r50";

    static readonly HashSet<string> s_prepared = [];

    internal static VariantModel Current { get; } = VariantModel.Of(Environment.GetEnvironmentVariable(Variable) ?? Default);
    internal static ArtefactCache Artefacts { get; } = new(LabPaths.ModelCache);
    internal static ImageSize DefaultSize { get; } = new(800, 1066); // DETR's own size for a 3:4 photograph

    /// <summary>A variant on images that it takes; a model of fixed size takes <see cref="DefaultSize"/> as its own.</summary>
    internal static VariantCase CaseOf(SuiteCase row, params IReadOnlyList<ImageSize> sizes)
    {
        if (sizes is not [var one] || (one != DefaultSize && Current.InputSize(one) != one)) { RequireDetr(); }
        return new(Current, VariantRegistry.Get(row.Variant), sizes, Artefacts) { WaitedMs = SuiteBenchmarks.WaitedMs };
    }

    /// <summary>For suites that need images of any size, in batches, as a DETR takes them.</summary>
    internal static void RequireDetr()
    {
        if (Current.Onnx is not { } file || file.Family == DetectorFamilies.Detr) { return; }
        throw LabError.Missing($"Model '{Current.Name}' takes images of one size and family; this row needs a DETR that takes any size and batch. Leave --model out, or name a DETR.");
    }

    internal static void Prepare(VariantCase row, Action<string, long, long> progress, bool fresh = false)
    {
        if (s_prepared.Add($"{row.Variant.Name} {string.Join(' ', row.Sizes)} {fresh}")) { row.Prepare(progress, fresh); }
    }
}
