using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DetrPerfLab.Engines;

/// <summary>Tensors that share the memory of one pair of sets, made when the pair changes.</summary>
sealed class TorchBinding(IInferenceEngine engine) : IDisposable
{
    readonly List<Tensor> _tensors = [];
    TensorSet? _inputs;
    TensorSet? _outputs;

    public Tensor PixelValues { get; private set; } = null!;

    public Tensor PixelMask { get; private set; } = null!;

    public Tensor Logits { get; private set; } = null!;

    public Tensor PredBoxes { get; private set; } = null!;

    /// <exception cref="LabException">A tensor is missing, or its type or shape does not fit.</exception>
    public void Bind(TensorSet inputs, TensorSet outputs)
    {
        if (ReferenceEquals(inputs, _inputs) && ReferenceEquals(outputs, _outputs)) { return; }
        TensorContract.Check(engine, inputs, outputs);
        Dispose();
        PixelValues = Keep(Share(inputs[DetrInterface.PixelValues]));
        PixelMask = Keep(Share(inputs[DetrInterface.PixelMask]));
        Logits = Keep(Share(outputs[DetrInterface.Logits]));
        PredBoxes = Keep(Share(outputs[DetrInterface.PredBoxes]));
        (_inputs, _outputs) = (inputs, outputs);
    }

    public void Dispose()
    {
        (_inputs, _outputs) = (null, null);
        foreach (var tensor in _tensors) { tensor.Dispose(); }
        _tensors.Clear();
    }

    /// <summary>A tensor over the same memory, which it keeps pinned and alive.</summary>
    public static Tensor Share(HostTensor host)
    {
        using var flat = host.Type == ElementType.Float32
            ? frombuffer(ArrayOf(host.FloatMemory), ScalarType.Float32)
            : frombuffer(ArrayOf(host.LongMemory), ScalarType.Int64);
        return flat.reshape(host.Shape.ToArray());
    }

    Tensor Keep(Tensor tensor)
    {
        _tensors.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    static T[] ArrayOf<T>(Memory<T> memory) =>
        MemoryMarshal.TryGetArray<T>(memory, out var segment) ? segment.Array! : throw new InvalidOperationException("HostTensor is backed by an array.");
}
