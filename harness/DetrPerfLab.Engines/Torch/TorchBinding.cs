using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Tensors that share the memory of one pair of sets, made when the pair changes.</summary>
sealed class TorchBinding : IDisposable
{
    readonly List<Tensor> _tensors = [];
    int _inputCount;
    TensorSet? _inputs;
    TensorSet? _outputs;

    /// <summary>In the order of the engine's inputs, and of its outputs.</summary>
    internal Tensor Input(int index) => _tensors[index];

    internal Tensor Output(int index) => _tensors[_inputCount + index];

    internal void Bind(IInferenceEngine engine, TensorSet inputs, TensorSet outputs)
    {
        if (ReferenceEquals(inputs, _inputs) && ReferenceEquals(outputs, _outputs)) { return; }
        TensorContract.Check(engine, inputs, outputs);
        Dispose();
        _inputCount = engine.Inputs.Count;
        foreach (var host in engine.Inputs.Select(i => inputs[i.Name]).Concat(engine.Outputs.Select(o => outputs[o.Name]))) { _tensors.Add(Share(host).DetachFromDisposeScope()); }
        (_inputs, _outputs) = (inputs, outputs);
    }

    public void Dispose()
    {
        (_inputs, _outputs) = (null, null);
        foreach (var tensor in _tensors) { tensor.Dispose(); }
        _tensors.Clear();
    }

    /// <summary>A tensor over the same memory, which it keeps pinned and alive.</summary>
    internal static Tensor Share(HostTensor host)
    {
        using var flat = host.Type == ElementType.Float32
            ? frombuffer(ArrayOf(host.FloatMemory), ScalarType.Float32)
            : frombuffer(ArrayOf(host.LongMemory), ScalarType.Int64);
        return flat.reshape(host.Shape.ToArray());
    }

    static T[] ArrayOf<T>(Memory<T> memory) =>
        MemoryMarshal.TryGetArray<T>(memory, out var segment) ? segment.Array! : throw new InvalidOperationException("HostTensor is backed by an array.");
}
