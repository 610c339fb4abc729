using DetrPerfLab.Core;
using DetrPerfLab.Onnx;
using DetrPerfLab.Onnx.Proto;
using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.Engines;

/// <summary>The graph that ONNX Runtime really runs, after its own optimisations.</summary>
public static class OptimizedGraphReader
{
    /// <summary>Lets ONNX Runtime load a model on the CPU, save what it made of it, and reads that.</summary>
    /// <param name="modelPath">An ONNX file.</param>
    /// <param name="level">As the engine will use it: the graph differs by level.</param>
    /// <exception cref="LabException">ONNX Runtime refuses the model.</exception>
    public static ModelProto Read(string modelPath, GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        var folder = Directory.CreateTempSubdirectory("detrlab-graph-");
        try
        {
            var path = Path.Combine(folder.FullName, "optimized.onnx");
            using (var options = new SessionOptions { GraphOptimizationLevel = level, OptimizedModelFilePath = path, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR })
            {
                using var session = new InferenceSession(modelPath, options);
            }

            return OnnxFile.Load(path);
        }
        catch (OnnxRuntimeException e)
        {
            throw LabError.ModelDoesNotRun(e.Message, e);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The facts of that graph.</summary>
    public static GraphFacts Facts(string modelPath) => GraphFacts.Of(Read(modelPath));
}
