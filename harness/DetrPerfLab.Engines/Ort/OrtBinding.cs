using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.Engines;

/// <summary>A pair of tensor sets bound to a session. Holds the sets: ONNX Runtime reads and writes their memory, or that of a tensor of the file's own type beside it.</summary>
sealed class OrtBinding : IDisposable
{
    readonly List<OrtValue> _values = [];
    readonly List<TypedTensor> _typedInputs = [], _typedOutputs = [];

    /// <summary>Binds the tensors that the model takes; where <paramref name="outputs"/> is null, ONNX Runtime allocates them.</summary>
    internal OrtBinding(InferenceSession session, IInferenceEngine engine, TensorSet inputs, TensorSet? outputs, bool onGpu)
    {
        TensorContract.Check(engine, inputs, outputs);
        (Inputs, Outputs) = (inputs, outputs);
        Device = onGpu ? new(session) : null;
        Native = session.CreateIoBinding();
        foreach (var spec in engine.Inputs) { Native.BindInput(spec.Name, Value(spec, inputs[spec.Name], _typedInputs, tensor => Device?.AddInput(tensor))); }
        foreach (var spec in engine.Outputs)
        {
            if (outputs is null) { Native.BindOutputToDevice(spec.Name, OrtMemoryInfo.DefaultInstance); }
            else { Native.BindOutput(spec.Name, Value(spec, outputs[spec.Name], _typedOutputs, tensor => Device?.AddOutput(tensor))); }
        }
    }

    internal OrtIoBinding Native { get; }

    /// <summary>On a GPU, what is bound in place of the sets' own memory.</summary>
    internal DeviceBuffers? Device { get; }

    internal TensorSet Inputs { get; }
    internal TensorSet? Outputs { get; }

    /// <summary>Brings the inputs to where the session reads them; nothing to do where it reads the set's own memory.</summary>
    internal void Upload()
    {
        foreach (var typed in _typedInputs) { typed.Fill(); }
        Device?.Upload();
    }

    /// <summary>Brings the outputs to the set, likewise.</summary>
    internal void Download()
    {
        Device?.Download();
        foreach (var typed in _typedOutputs) { typed.Read(); }
    }

    public void Dispose()
    {
        Native.Dispose();
        foreach (var typed in _typedInputs.Concat(_typedOutputs)) { typed.Dispose(); }
        foreach (var value in _values) { value.Dispose(); }
        Device?.Dispose();
    }

    OrtValue Value(TensorSpec spec, HostTensor tensor, List<TypedTensor> typed, Func<HostTensor, OrtValue?> onDevice)
    {
        if (spec.StoredAs is { } type)
        {
            typed.Add(new(tensor, type)); // in host memory, on a GPU too: ONNX Runtime copies it
            return typed[^1].Value;
        }

        if (onDevice(tensor) is { } there) { return there; }
        var value = OrtSession.Wrap(tensor);
        _values.Add(value);
        return value;
    }
}
