using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Tensors that share the memory of one pair of sets, made when the pair changes.</summary>
sealed class TorchBinding : IDisposable
{
    readonly List<Tensor> _tensors = [];
    TensorSet? _inputs;
    TensorSet? _outputs;

    internal Tensor PixelValues => _tensors[0];
    internal Tensor PixelMask => _tensors[1];
    internal Tensor Logits => _tensors[2];
    internal Tensor PredBoxes => _tensors[3];

    internal void Bind(IInferenceEngine engine, TensorSet inputs, TensorSet outputs)
    {
        if (ReferenceEquals(inputs, _inputs) && ReferenceEquals(outputs, _outputs)) { return; }
        TensorContract.Check(engine, inputs, outputs);
        Dispose();
        foreach (var host in (ReadOnlySpan<HostTensor>)
            [inputs[DetrInterface.PixelValues], inputs[DetrInterface.PixelMask], outputs[DetrInterface.Logits], outputs[DetrInterface.PredBoxes]])
        {
            _tensors.Add(Share(host).DetachFromDisposeScope());
        }

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
