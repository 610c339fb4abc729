using System.Numerics;
using System.Runtime.InteropServices;

namespace DetrPerfLab.Models;

/// <summary>Turns stored bytes, in this machine's byte order, into dense, row-major float32.</summary>
static class TensorDecoder
{
    /// <summary>Fills the destination with all elements of a tensor that has no <see cref="StoredTensor.Fault"/>.</summary>
    internal static void Decode(StoredTensor tensor, ReadOnlySpan<byte> storage, Span<float> destination) =>
        Decode(tensor.Type, tensor.Shape, tensor.Strides, tensor.Start, storage, destination);

    static void Decode(StoredType type, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long start, ReadOnlySpan<byte> storage, Span<float> destination)
    {
        if (IsContiguous(shape, strides))
        {
            Convert(type, storage.Slice(checked((int)(start * type.Size())), destination.Length * type.Size()), destination);
            return;
        }

        var part = destination.Length / (int)shape[0];
        for (var i = 0; i < shape[0]; i++) { Decode(type, shape[1..], strides[1..], start + (i * strides[0]), storage, destination.Slice(i * part, part)); }
    }

    static bool IsContiguous(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        var stride = 1L;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            // The stride of an axis with one element is never used, and PyTorch writes any number there.
            if (shape[axis] != 1 && strides[axis] != stride) { return false; }
            stride *= shape[axis];
        }

        return true;
    }

    static void Convert(StoredType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        switch (type)
        {
            case StoredType.Float32: MemoryMarshal.Cast<byte, float>(source).CopyTo(destination); break;
            case StoredType.Float16: Convert<Half>(source, destination); break;
            case StoredType.Float64: Convert<double>(source, destination); break;
            case StoredType.Int64: Convert<long>(source, destination); break;
            case StoredType.BFloat16:
                var bits = MemoryMarshal.Cast<byte, ushort>(source);
                for (var i = 0; i < destination.Length; i++) { destination[i] = BitConverter.Int32BitsToSingle(bits[i] << 16); } // the upper half of a float32
                break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "no weight has this type");
        }
    }

    static void Convert<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : unmanaged, INumberBase<T>
    {
        var elements = MemoryMarshal.Cast<byte, T>(source);
        for (var i = 0; i < destination.Length; i++) { destination[i] = float.CreateTruncating(elements[i]); }
    }
}
