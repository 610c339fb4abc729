namespace DetrPerfLab.Models;

/// <summary>A run of bytes in the file that one or more tensors view: a zip member, a storage or a tensor. Plain: neither compressed nor encrypted.</summary>
/// <remarks>The checksum is what the file says, null where the format has none. <c>Swapped</c> bytes of each element lie in the other byte order; 1 where none do.</remarks>
sealed record StoredBytes(string Name, long Offset, long Length, uint? Crc32 = null, int Swapped = 1, bool Plain = true);

/// <summary>A tensor as it lies in a file: a strided view. Nothing of it is trusted until <see cref="Fault"/> has found nothing.</summary>
/// <remarks>Strides, and the start in the storage, count elements.</remarks>
sealed record StoredTensor(string Name, StoredType Type, long[] Shape, long[] Strides, long Start, StoredBytes Storage)
{
    internal const int MaxAxes = 8; // more axes than any tensor of a DETR has, few enough to loop over

    internal long Count => Shape.Aggregate(1L, (product, length) => product * length); // number of elements; only without a Fault

    /// <summary>Strides of a dense tensor whose last axis is innermost.</summary>
    internal static long[] RowMajor(IReadOnlyList<long> shape) =>
        [.. Enumerable.Range(1, shape.Count).Select(axis => shape.Skip(axis).Aggregate(1L, (product, length) => product * length))];

    /// <summary>What is wrong with a shape that is empty, has too many elements or reaches outside its storage; null when nothing is.</summary>
    internal string? Fault(long limit)
    {
        var shape = $"tensor '{Name.Printable()}' has shape [{string.Join(',', Shape)}]";
        if (Shape.Length > MaxAxes || Shape.Length != Strides.Length || Shape.Any(length => length < 1))
        {
            return $"{shape} and {Strides.Length} strides; needed up to {MaxAxes} axes, none of them empty";
        }

        Int128 count = 1;
        Int128 last = Start;
        for (var axis = 0; axis < Shape.Length; axis++)
        {
            if (Strides[axis] < 0) { return $"{shape} with stride {Strides[axis]}"; }
            count *= Shape[axis];
            last += (Int128)(Shape[axis] - 1) * Strides[axis];
            // Inside the loop: eight factors of 2^63 would leave even 128 bits.
            if (count > limit) { return $"{shape}, more elements than a file of that size can hold"; }
        }

        return Start < 0 || (last + 1) * Type.Size > Storage.Length
            ? $"{shape} and reaches element {last} of storage '{Storage.Name.Printable()}', which has {Storage.Length / Type.Size}"
            : null;
    }

    /// <summary>Dense, row-major float32 of a tensor without a <see cref="Fault"/> and of a type that a weight has, from the bytes of its storage.</summary>
    internal void Decode(ReadOnlySpan<byte> storage, Span<float> destination) => Decode(Shape, Strides, Start, storage, destination);

    void Decode(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long start, ReadOnlySpan<byte> storage, Span<float> destination)
    {
        if (IsContiguous(shape, strides))
        {
            Type.ToFloat!(storage.Slice(checked((int)(start * Type.Size)), destination.Length * Type.Size), destination);
            return;
        }

        var part = destination.Length / (int)shape[0];
        for (var i = 0; i < shape[0]; i++) { Decode(shape[1..], strides[1..], start + (i * strides[0]), storage, destination.Slice(i * part, part)); }
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
}
