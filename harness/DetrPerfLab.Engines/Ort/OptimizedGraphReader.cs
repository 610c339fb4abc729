using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Engines;

/// <summary>The graph that ONNX Runtime really runs, after its own optimisations.</summary>
public static class OptimizedGraphReader
{
    /// <summary>Lets ONNX Runtime load a variant's model, with the options that the variant chooses, save what it made of it, and reads that.</summary>
    /// <remarks>What a run chooses, threads for example, leaves the graph as it is.</remarks>
    public static ModelProto Read(VariantModel model, Variant variant, ArtefactCache cache) =>
        Read(save => variant.Create(model, new EngineSettings { Instrument = save }, cache));

    public static GraphFacts Facts(string modelPath) => GraphFacts.Of(Read(save => OrtSession.Open(modelPath, save(new OrtEngineOptions()))));

    static ModelProto Read(Func<Func<OrtEngineOptions, OrtEngineOptions>, IDisposable> open)
    {
        var folder = Directory.CreateTempSubdirectory("detrlab-graph-");
        try
        {
            var path = Path.Combine(folder.FullName, "optimized.onnx");
            open(options => options with { OptimizedModelPath = path }).Dispose();
            return OnnxFile.Load(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
