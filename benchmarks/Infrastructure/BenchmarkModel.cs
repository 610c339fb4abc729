namespace DetrPerfLab.Benchmarks;

/// <summary>Which model the suites run: the choice of <c>--model</c>, handed to each case's process by a variable.</summary>
static class BenchmarkModel
{
    internal const string Variable = "DETRLAB_MODEL";
    internal const string Default = "detr-r50";

    internal static VariantModel Current { get; } = VariantModel.Of(Environment.GetEnvironmentVariable(Variable) ?? Default);

    internal static ArtefactCache Artefacts { get; } = new(LabPaths.ModelCache);

    internal static ReferenceOutputs References { get; } = new(LabPaths.ModelCache);

    /// <summary>Whether it takes images of any size, in batches, as a DETR does; ONNX files of other families take what they fix.</summary>
    internal static bool IsDetr => Current.Onnx is not { } file || file.Family == DetectorFamilies.Detr;

    /// <summary>DETR's own size for a 3:4 photograph.</summary>
    internal static ImageSize DefaultSize { get; } = new(800, 1066);
}
