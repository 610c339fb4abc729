using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DetrPerfLab.Models;

/// <summary>Turns stored bytes into dense, row-major float32.</summary>
static class TensorDecoder
{
    /// <summary>Whether <see cref="Decode"/> takes the type: what a saved model's weights can be.</summary>
    internal static bool Takes(StoredType type) => type <= StoredType.Int64;

    /// <summary>Decodes one tensor.</summary>
    /// <param name="tensor">Has passed <see cref="StoredTensor.Check"/>; of a type that <see cref="Takes"/> allows.</param>
    /// <param name="storage">The bytes of its storage.</param>
    /// <param name="destination">Filled; as many elements as the tensor has.</param>
    internal static void Decode(StoredTensor tensor, ReadOnlySpan<byte> storage, Span<float> destination)
    {
        var size = tensor.Type.Size();
        if (IsContiguous(tensor))
        {
            Convert(tensor, storage.Slice(checked((int)(tensor.Start * size)), destination.Length * size), destination);
            return;
        }

        Span<long> index = stackalloc long[tensor.Shape.Length];
        var position = tensor.Start;
        for (var i = 0; i < destination.Length; i++)
        {
            Convert(tensor, storage.Slice(checked((int)(position * size)), size), destination.Slice(i, 1));
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

    static void Convert(StoredTensor tensor, ReadOnlySpan<byte> source, Span<float> destination)
    {
        switch (tensor.Type)
        {
            case StoredType.Float32:
                var bits = MemoryMarshal.Cast<float, int>(destination);
                MemoryMarshal.Cast<byte, int>(source).CopyTo(bits);
                if (tensor.Storage.BigEndian) { BinaryPrimitives.ReverseEndianness(bits, bits); }
                break;
            case StoredType.Float16:
                Convert<ushort>(tensor, source, destination, b => (float)BitConverter.UInt16BitsToHalf(b), BinaryPrimitives.ReverseEndianness);
                break;
            case StoredType.BFloat16: // the upper half of a float32
                Convert<ushort>(tensor, source, destination, b => BitConverter.Int32BitsToSingle(b << 16), BinaryPrimitives.ReverseEndianness);
                break;
            case StoredType.Float64:
                Convert<long>(tensor, source, destination, b => (float)BitConverter.Int64BitsToDouble(b), BinaryPrimitives.ReverseEndianness);
                break;
            case StoredType.Int64:
                Convert<long>(tensor, source, destination, b => b, BinaryPrimitives.ReverseEndianness);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(tensor), tensor.Type, "no weight has this type");
        }
    }

    static void Convert<T>(StoredTensor tensor, ReadOnlySpan<byte> source, Span<float> destination, Func<T, float> convert, Func<T, T> reverse)
        where T : unmanaged
    {
        var elements = MemoryMarshal.Cast<byte, T>(source);
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = convert(tensor.Storage.BigEndian ? reverse(elements[i]) : elements[i]);
        }
    }
}
