using DetrPerfLab.Core;
using DetrPerfLab.Onnx;
using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Engines;

/// <summary>The graph that ONNX Runtime really runs, after its own optimisations.</summary>
public static class OptimizedGraphReader
{
    /// <summary>Lets ONNX Runtime load a model on the CPU, save what it made of it, and reads that.</summary>
    /// <param name="modelPath">An ONNX file.</param>
    /// <param name="optimization">As the engine will use it: the graph differs by level.</param>
    /// <exception cref="LabException">ONNX Runtime refuses the model.</exception>
    public static ModelProto Read(string modelPath, GraphOptimization optimization = GraphOptimization.All) =>
        Read(save => OrtSession.Open(modelPath, save(new OrtEngineOptions { Optimization = optimization })));

    /// <summary>The same for a variant, with the options that it chooses; what a run chooses, threads for example, leaves the graph as it is.</summary>
    /// <exception cref="LabException">ONNX Runtime refuses the model, or the machine lacks what the variant needs (exit code 3).</exception>
    public static ModelProto Read(VariantModel model, Variant variant, ArtefactCache cache) =>
        Read(save => variant.Create(model, new EngineSettings { Instrument = save }, cache));

    /// <summary>The facts of that graph.</summary>
    public static GraphFacts Facts(string modelPath) => GraphFacts.Of(Read(modelPath));

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
