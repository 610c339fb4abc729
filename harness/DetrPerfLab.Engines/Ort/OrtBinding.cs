using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.Engines;

/// <summary>A pair of tensor sets bound to a session. Holds the sets: ONNX Runtime reads and writes their memory.</summary>
sealed class OrtBinding : IDisposable
{
    readonly List<OrtValue> _values = [];

    /// <summary>Binds the tensors that the model takes; where <paramref name="outputs"/> is null, ONNX Runtime allocates them.</summary>
    internal OrtBinding(InferenceSession session, IInferenceEngine engine, TensorSet inputs, TensorSet? outputs, bool onGpu)
    {
        TensorContract.Check(engine, inputs, outputs);
        (Inputs, Outputs) = (inputs, outputs);
        Device = onGpu ? new(session) : null;
        Native = session.CreateIoBinding();
        foreach (var input in engine.Inputs.Select(i => inputs[i.Name])) { Native.BindInput(input.Name, Device?.AddInput(input) ?? Value(input)); }
        foreach (var spec in engine.Outputs)
        {
            if (outputs is null) { Native.BindOutputToDevice(spec.Name, OrtMemoryInfo.DefaultInstance); }
            else { Native.BindOutput(spec.Name, Device?.AddOutput(outputs[spec.Name]) ?? Value(outputs[spec.Name])); }
        }
    }

    internal OrtIoBinding Native { get; }

    /// <summary>On a GPU, what is bound in place of the sets' own memory.</summary>
    internal DeviceBuffers? Device { get; }

    internal TensorSet Inputs { get; }
    internal TensorSet? Outputs { get; }

    public void Dispose()
    {
        Native.Dispose();
        foreach (var value in _values) { value.Dispose(); }
        Device?.Dispose();
    }

    OrtValue Value(HostTensor tensor)
    {
        var value = OrtSession.Wrap(tensor);
        _values.Add(value);
        return value;
    }
}
