using System.Numerics;
using System.Runtime.InteropServices;

namespace DetrPerfLab.Models;

/// <summary>Turns stored bytes, in this machine's byte order, into dense, row-major float32.</summary>
static class TensorDecoder
{
    /// <summary>Fills the destination with all elements of a tensor that has no <see cref="StoredTensor.Fault"/>.</summary>
    internal static void Decode(StoredTensor tensor, ReadOnlySpan<byte> storage, Span<float> destination)
    {
        var size = tensor.Type.Size();
        if (IsContiguous(tensor))
        {
            Convert(tensor.Type, storage.Slice(checked((int)(tensor.Start * size)), destination.Length * size), destination);
            return;
        }

        Span<long> index = stackalloc long[tensor.Shape.Length];
        var position = tensor.Start;
        for (var i = 0; i < destination.Length; i++)
        {
            Convert(tensor.Type, storage.Slice(checked((int)(position * size)), size), destination.Slice(i, 1));
            // Counts up like an odometer: the last axis turns fastest.
            for (var axis = index.Length - 1; axis >= 0; axis--)
            {
                position += tensor.Strides[axis];
                if (++index[axis] < tensor.Shape[axis]) { break; }
                position -= tensor.Strides[axis] * tensor.Shape[axis];
                index[axis] = 0;
            }
        }
    }

    static bool IsContiguous(StoredTensor tensor)
    {
        var stride = 1L;
        for (var axis = tensor.Shape.Length - 1; axis >= 0; axis--)
        {
            // The stride of an axis with one element is never used, and PyTorch writes any number there.
            if (tensor.Shape[axis] != 1 && tensor.Strides[axis] != stride) { return false; }
            stride *= tensor.Shape[axis];
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
