using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DetrPerfLab.Engines;

/// <summary>Opens sessions of ONNX Runtime and turns what it throws into the catalogue's messages.</summary>
static class OrtSession
{
    /// <summary>What the native library says of itself, for example <c>1.31.1</c>.</summary>
    internal static string Version() => Ask(environment => environment.GetVersionString());

    /// <summary>The execution providers that it was built with, for example <c>CUDAExecutionProvider</c>; whether their libraries are there is another question.</summary>
    internal static string[] Providers() => Ask(environment => environment.GetAvailableProviders());

    static T Ask<T>(Func<OrtEnv, T> question)
    {
        try
        {
            return question(OrtEnv.Instance());
        }
        catch (Exception e) when (IsMissingLibrary(e))
        {
            throw LibraryMissing(e);
        }
    }

    /// <summary>Opens a model.</summary>
    /// <exception cref="LabException">No such file, not a model that this runtime can run, or the library or device is missing.</exception>
    internal static InferenceSession Open(string path, OrtEngineOptions options)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Name an ONNX file; 'detrlab export' makes one."); }
        try
        {
            using var native = Options(options);
            return options.SharedWeights is { } shared ? shared.Open(path, native) : new InferenceSession(path, native);
        }
        catch (OnnxRuntimeException e)
        {
            if (options.Device != OrtDevice.Cpu && OrtProviders.IsOfGpu(e.Message)) { throw LabError.GpuRefused(options.Device.ToString(), options.DeviceId, Clean(e.Message), e); }
            // Only now, since it costs time: the file itself may be at fault, which our reader says more clearly.
            OnnxFile.Load(path);
            throw LabError.BadInput(
                $"ONNX Runtime {Version()} cannot run '{path}': {Clean(e.Message)} Needed: a model of operators and versions that it knows; export it again with another opset.", e);
        }
        catch (Exception e) when (IsMissingLibrary(e))
        {
            throw LibraryMissing(e);
        }
    }

    /// <summary>Opens a model of our own making, from memory.</summary>
    /// <exception cref="LabException">The library is missing.</exception>
    internal static InferenceSession Open(byte[] model, OrtEngineOptions options)
    {
        try
        {
            using var native = Options(options);
            return new InferenceSession(model, native);
        }
        catch (Exception e) when (IsMissingLibrary(e))
        {
            throw LibraryMissing(e);
        }
    }

    /// <summary>Names, types and shapes of inputs or outputs.</summary>
    /// <exception cref="LabException">One is no tensor of float32 or int64.</exception>
    internal static IReadOnlyList<TensorSpec> Specs(string path, IReadOnlyList<string> names, IReadOnlyDictionary<string, NodeMetadata> metadata) =>
        [.. names.Select(name => Spec(path, name, metadata[name]))];

    /// <summary>ONNX Runtime's message in one line, without its prefix and source location.</summary>
    internal static string Clean(string message)
    {
        var line = message.ReplaceLineEndings(" ").Trim();
        return line.StartsWith("[ErrorCode:", StringComparison.Ordinal) && line.IndexOf(']') is > 0 and var end ? line[(end + 1)..].Trim() : line;
    }

    static TensorSpec Spec(string path, string name, NodeMetadata metadata)
    {
        if (!metadata.IsTensor) { throw LabError.OnnxInterface(path, name, metadata.OnnxValueType.ToString()); }
        var type = metadata.ElementDataType switch
        {
            TensorElementType.Float => ElementType.Float32,
            TensorElementType.Int64 => ElementType.Int64,
            var other => throw LabError.OnnxInterface(path, name, $"a tensor of {other}"),
        };
        // An axis without a name gets one of its own, so that two of them are not taken for equal.
        return new TensorSpec(name, type, [.. metadata.Dimensions.Select((length, axis) => length >= 0
            ? (Dimension)length
            : metadata.SymbolicDimensions[axis] is { Length: > 0 } symbol ? symbol : $"{name}.{axis}")]);
    }

    static SessionOptions Options(OrtEngineOptions options)
    {
        var native = new SessionOptions
        {
            IntraOpNumThreads = options.IntraOpThreads,
            InterOpNumThreads = options.InterOpThreads,
            ExecutionMode = options.InterOpThreads > 1 ? ExecutionMode.ORT_PARALLEL : ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = options.Optimization switch
            {
                GraphOptimization.Disabled => GraphOptimizationLevel.ORT_DISABLE_ALL,
                GraphOptimization.Basic => GraphOptimizationLevel.ORT_ENABLE_BASIC,
                GraphOptimization.Extended => GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
                _ => GraphOptimizationLevel.ORT_ENABLE_ALL,
            },
            EnableCpuMemArena = options.Arena,
            EnableMemoryPattern = options.MemoryPattern,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            native.AddSessionConfigEntry("session.intra_op.allow_spinning", options.Spinning ? "1" : "0");
            native.AddSessionConfigEntry("session.inter_op.allow_spinning", options.Spinning ? "1" : "0");
            native.AddSessionConfigEntry("session.disable_prepacking", options.Prepacking ? "0" : "1");
            if (options.OptimizedModelPath is { } path) { native.OptimizedModelFilePath = path; }
            if (options.ProfilePrefix is { } prefix)
            {
                native.ProfileOutputPathPrefix = prefix;
                native.EnableProfiling = true;
            }

            OrtProviders.Append(native, options);
            return native;
        }
        catch
        {
            native.Dispose();
            throw;
        }
    }

    static LabException LibraryMissing(Exception inner) => LabError.Missing(
        $"ONNX Runtime's native library was not found or does not load ({inner.GetBaseException().Message.ReplaceLineEndings(" ")}). "
        + "Needed: a system that the package Microsoft.ML.OnnxRuntime has a build for (Linux or Windows on x64 or ARM64, macOS on ARM64). Build again there: dotnet build -c Release", inner);

    static bool IsMissingLibrary(Exception e) =>
        e is DllNotFoundException or BadImageFormatException || (e is TypeInitializationException { InnerException: { } inner } && IsMissingLibrary(inner));
}
