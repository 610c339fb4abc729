using DetrPerfLab.Core;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DetrPerfLab.Engines;

/// <summary>A pair of tensor sets bound to a session. Holds the sets: ONNX Runtime reads and writes their memory.</summary>
sealed class OrtBinding : IDisposable
{
    readonly List<OrtValue> _values = [];

    OrtBinding(InferenceSession session, TensorSet inputs, TensorSet? outputs, DeviceBuffers? device = null)
    {
        Device = device;
        Native = session.CreateIoBinding();
        Inputs = inputs;
        Outputs = outputs;
    }

    internal OrtIoBinding Native { get; }

    /// <summary>Where the model runs on a GPU: what is bound in place of the sets' own memory.</summary>
    internal DeviceBuffers? Device { get; }

    internal TensorSet Inputs { get; }

    internal TensorSet? Outputs { get; }

    /// <exception cref="LabException">A tensor is missing or does not fit the model.</exception>
    internal static OrtBinding ForSets(InferenceSession session, IInferenceEngine engine, TensorSet inputs, TensorSet outputs, int? gpu)
    {
        var lengths = new Dictionary<string, (long Length, string Tensor)>(StringComparer.Ordinal);
        var fitting = Fitting(engine.Inputs, inputs, "input", lengths);
        return Create(session, fitting, Fitting(engine.Outputs, outputs, "output", lengths), inputs, outputs, gpu is { } id ? new(session, id) : null);
    }

    /// <summary>Outputs are allocated by ONNX Runtime.</summary>
    internal static OrtBinding ForUnknownOutputs(InferenceSession session, IInferenceEngine engine, TensorSet inputs)
    {
        var binding = Create(session, Fitting(engine.Inputs, inputs, "input", new(StringComparer.Ordinal)), [], inputs, null, null);
        foreach (var output in engine.Outputs) { binding.Native.BindOutputToDevice(output.Name, OrtMemoryInfo.DefaultInstance); }
        return binding;
    }

    public void Dispose()
    {
        Native.Dispose();
        foreach (var value in _values) { value.Dispose(); }
        Device?.Dispose();
    }

    static OrtBinding Create(InferenceSession session, List<HostTensor> fittingInputs, List<HostTensor> fittingOutputs, TensorSet inputs, TensorSet? outputs, DeviceBuffers? device)
    {
        var binding = new OrtBinding(session, inputs, outputs, device);
        foreach (var tensor in fittingInputs) { binding.Native.BindInput(tensor.Name, device?.AddInput(tensor) ?? binding.Value(tensor)); }
        foreach (var tensor in fittingOutputs) { binding.Native.BindOutput(tensor.Name, device?.AddOutput(tensor) ?? binding.Value(tensor)); }
        return binding;
    }

    OrtValue Value(HostTensor tensor)
    {
        var value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, tensor.Type == ElementType.Float32 ? TensorElementType.Float : TensorElementType.Int64,
            tensor.Shape.ToArray(), tensor.Address, tensor.Bytes.Length);
        _values.Add(value);
        return value;
    }

    /// <summary>The tensors that the model wants, each checked; the same symbol must mean the same length everywhere.</summary>
    static List<HostTensor> Fitting(
        IReadOnlyList<TensorSpec> specs, TensorSet set, string kind, Dictionary<string, (long Length, string Tensor)> lengths)
    {
        var fitting = new List<HostTensor>(specs.Count);
        foreach (var spec in specs)
        {
            var tensor = set.Find(spec.Name) ?? throw LabError.TensorMissing(kind, spec, set);
            if (tensor.Type != spec.Type || tensor.Shape.Length != spec.Dimensions.Count) { throw LabError.TensorMismatch(kind, tensor, spec); }
            for (var axis = 0; axis < spec.Dimensions.Count; axis++)
            {
                var length = tensor.Shape[axis];
                if (spec.Dimensions[axis].Symbol is not { } symbol)
                {
                    if (length != spec.Dimensions[axis].Length) { throw LabError.TensorMismatch(kind, tensor, spec); }
                }
                else if (!lengths.TryAdd(symbol, (length, tensor.Name)) && lengths[symbol].Length != length)
                {
                    throw LabError.TensorMismatch(kind, tensor, spec, $"{symbol} is {lengths[symbol].Length} in '{lengths[symbol].Tensor}'");
                }
            }

            fitting.Add(tensor);
        }

        return fitting;
    }
}
