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
    /// <exception cref="LabException">The model takes no such images.</exception>
    internal static VariantCase CaseOf(SuiteCase row, params IReadOnlyList<ImageSize> sizes)
    {
        if (!(sizes is [var one] && one == DefaultSize) && sizes.Any(size => Current.InputSize(size) != size)) { RequireDetr(); }
        if (sizes.Count > 1) { RequireDetr(); }
        return new(Current, VariantRegistry.Get(row.Variant), sizes, Artefacts) { WaitedMs = SuiteBenchmarks.WaitedMs };
    }

    /// <summary>For suites that need images of any size, in batches, as a DETR takes them.</summary>
    internal static void RequireDetr()
    {
        if (Current.Onnx is { } file && file.Family != DetectorFamilies.Detr) { throw LabError.SuiteNeedsDetr(Current.Name); }
    }

    /// <summary>Prepares what several rows share once.</summary>
    internal static void Prepare(VariantCase row, Action<string, long, long> progress, bool fresh = false)
    {
        if (s_prepared.Add($"{row.Variant.Name} {string.Join(' ', row.Sizes)} {fresh}")) { row.Prepare(progress, fresh); }
    }
}
