using DetrPerfLab.Onnx.Proto;
using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.Engines;

/// <summary>A model's weights, and their layout for the kernels, once for several sessions on the same file.</summary>
/// <remarks>
/// Source: ONNX Runtime, C API, AddInitializer and CreatePrepackedWeightsContainer: only weights that are handed over as shared initialisers are packed once.
/// Dispose it after the engines that use it.
/// </remarks>
public sealed class OrtSharedWeights : IDisposable
{
    // Smaller ones are shapes and scales, which graph optimisation wants to see as constants of the file.
    const int SmallestBytes = 4096;

    readonly string _path;
    readonly List<(OrtValue Value, HostTensor Data)> _weights = [];
    readonly PrePackedWeightsContainer _packed = new();

    public OrtSharedWeights(string modelPath)
    {
        _path = modelPath;
        foreach (var tensor in OnnxFile.Load(modelPath).Graph.Initializer)
        {
            if (tensor.Type() != TensorProto.Types.DataType.Float || tensor.ByteCount() < SmallestBytes) { continue; }
            var data = new HostTensor(tensor.Name, ElementType.Float32, [.. tensor.Dims]);
            tensor.Bytes().CopyTo(data.Bytes);
            _weights.Add((OrtSession.Wrap(data), data));
        }
    }

    internal InferenceSession Open(string path, SessionOptions options)
    {
        if (Path.GetFullPath(path) != Path.GetFullPath(_path)) { throw LabError.OutOfRange(path, $"the file whose weights are shared, {_path}"); }
        foreach (var (value, data) in _weights) { options.AddInitializer(data.Name, value); }
        return new InferenceSession(path, options, _packed);
    }

    public void Dispose()
    {
        _packed.Dispose();
        foreach (var (value, _) in _weights) { value.Dispose(); }
        _weights.Clear();
    }
}
