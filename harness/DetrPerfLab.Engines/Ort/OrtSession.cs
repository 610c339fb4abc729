using DetrPerfLab.Onnx.Proto;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DetrPerfLab.Engines;

/// <summary>Opens sessions of ONNX Runtime and turns what it throws into the catalogue's messages.</summary>
static class OrtSession
{
    /// <summary>What the native library says of itself, for example <c>1.31.1</c>.</summary>
    internal static string Version() => OrMissing(() => OrtEnv.Instance().GetVersionString());

    /// <summary>The execution providers that it was built with, for example <c>CUDAExecutionProvider</c>; whether their libraries are there is another question.</summary>
    internal static string[] Providers() => OrMissing(() => OrtEnv.Instance().GetAvailableProviders());

    internal static InferenceSession Open(string path, OrtEngineOptions options)
    {
        OnnxFile.Existing(path);
        try
        {
            return Open(options, native => options.SharedWeights is { } shared ? shared.Open(path, native) : new InferenceSession(path, native));
        }
        catch (OnnxRuntimeException e)
        {
            // Only now, since it costs time: the file itself may be at fault, which our reader says more clearly.
            OnnxFile.Load(path);
            throw LabError.BadInput(
                $"ONNX Runtime {Version()} cannot run '{path}': {Clean(e.Message)} Needed: a model of operators and versions that it knows; export it again with another opset.", e);
        }
    }

    /// <summary>A model in memory; whoever made it words, from what ONNX Runtime says, that it does not run.</summary>
    internal static InferenceSession Open(ModelProto model, OrtEngineOptions options, Func<string, Exception, LabException> refused)
    {
        try
        {
            return Open(options, native => new InferenceSession(model.ToByteArray(), native));
        }
        catch (OnnxRuntimeException e)
        {
            throw refused(Clean(e.Message).TrimEnd('.'), e);
        }
    }

    internal static IReadOnlyList<TensorSpec> Specs(string path, IReadOnlyList<string> names, IReadOnlyDictionary<string, NodeMetadata> metadata) =>
        [.. names.Select(name => Spec(path, name, metadata[name]))];

    /// <summary>A tensor as ONNX Runtime takes it, in its own memory or in other of the same size; nothing is copied, and nothing keeps the memory alive.</summary>
    internal static OrtValue Wrap(HostTensor tensor, OrtMemoryInfo? memory = null, nint? address = null) => OrtValue.CreateTensorValueWithData(
        memory ?? OrtMemoryInfo.DefaultInstance, tensor.Type == ElementType.Float32 ? TensorElementType.Float : TensorElementType.Int64,
        tensor.Shape.ToArray(), address ?? tensor.Address, tensor.Bytes.Length);

    /// <summary>ONNX Runtime's message in one line, without its prefix and source location.</summary>
    internal static string Clean(string message)
    {
        var line = message.ReplaceLineEndings(" ").Trim();
        return line.StartsWith("[ErrorCode:", StringComparison.Ordinal) && line.IndexOf(']') is > 0 and var end ? line[(end + 1)..].Trim() : line;
    }

    static InferenceSession Open(OrtEngineOptions options, Func<SessionOptions, InferenceSession> open) => OrMissing(() =>
    {
        using var native = new SessionOptions();
        try
        {
            Apply(options, native);
            return open(native);
        }
        catch (OnnxRuntimeException e) when (OrtProviders.IsOfGpu(options, e))
        {
            throw OrtProviders.Refused(options, e);
        }
    });

    static TensorSpec Spec(string path, string name, NodeMetadata metadata)
    {
        if (!metadata.IsTensor) { throw LabError.OnnxInterface(path, name, metadata.OnnxValueType.ToString()); }
        var stored = metadata.ElementDataType.ToString().ToLowerInvariant();
        var type = TensorSpec.Carrier(stored) ?? throw LabError.OnnxInterface(path, name, $"a tensor of {stored}");
        // An axis without a name gets one of its own, so that two of them are not taken for equal.
        return new TensorSpec(name, type, [.. metadata.Dimensions.Select((length, axis) => length >= 0
            ? (Dimension)length
            : metadata.SymbolicDimensions[axis] is { Length: > 0 } symbol ? symbol : $"{name}.{axis}")])
        {
            StoredAs = stored is "float" or "int64" ? null : stored,
        };
    }

    static void Apply(OrtEngineOptions options, SessionOptions native)
    {
        native.IntraOpNumThreads = options.IntraOpThreads;
        native.InterOpNumThreads = options.InterOpThreads;
        native.ExecutionMode = options.InterOpThreads > 1 ? ExecutionMode.ORT_PARALLEL : ExecutionMode.ORT_SEQUENTIAL;
        native.GraphOptimizationLevel = options.Optimization switch
        {
            GraphOptimization.Disabled => GraphOptimizationLevel.ORT_DISABLE_ALL,
            GraphOptimization.Basic => GraphOptimizationLevel.ORT_ENABLE_BASIC,
            GraphOptimization.Extended => GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
            _ => GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        native.EnableCpuMemArena = options.Arena;
        native.EnableMemoryPattern = options.MemoryPattern;
        native.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;
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
    }

    static T OrMissing<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (IsMissingLibrary(e))
        {
            throw LabError.Missing(
                $"ONNX Runtime's native library was not found or does not load ({e.GetBaseException().Message.ReplaceLineEndings(" ")}). "
                + "Needed: a system that the package Microsoft.ML.OnnxRuntime has a build for (Linux or Windows on x64 or ARM64, macOS on ARM64). Build again there: dotnet build -c Release", e);
        }
    }

    static bool IsMissingLibrary(Exception e) =>
        e is DllNotFoundException or BadImageFormatException || (e is TypeInitializationException { InnerException: { } inner } && IsMissingLibrary(inner));
}
