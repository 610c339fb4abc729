namespace DetrPerfLab.Models;

/// <summary>The element types that checkpoints hold; those up to <see cref="Int64"/> a weight may have.</summary>
enum StoredType
{
    Float32,
    Float16,
    BFloat16,
    Float64,
    Int64,
    Int32,
    Int16,
    Int8,
    UInt8,
    Bool,
}

static class StoredTypes
{
    /// <summary>Bytes of an element.</summary>
    internal static int Size(this StoredType type) => type switch
    {
        StoredType.Float64 or StoredType.Int64 => 8,
        StoredType.Float32 or StoredType.Int32 => 4,
        StoredType.Float16 or StoredType.BFloat16 or StoredType.Int16 => 2,
        _ => 1,
    };
}

/// <summary>A run of bytes in the file that one or more tensors view.</summary>
/// <param name="Name">The zip member, storage key or tensor, for messages.</param>
/// <param name="Offset">Bytes from the start of the file.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Crc32">What the file says its checksum is; null where the format has none.</param>
/// <param name="Swapped">Bytes of each element that lie in the other byte order; 1 where none do.</param>
/// <param name="Plain">Whether they are neither compressed nor encrypted.</param>
sealed record StoredBytes(string Name, long Offset, long Length, uint? Crc32 = null, int Swapped = 1, bool Plain = true);

/// <summary>A tensor as it lies in a file: a strided view. Nothing of it is trusted until <see cref="Fault"/> has found nothing.</summary>
/// <param name="Name">Its name in the state dict.</param>
/// <param name="Type">Type of the elements.</param>
/// <param name="Shape">Length of each axis.</param>
/// <param name="Strides">Elements from one index of an axis to the next.</param>
/// <param name="Start">Index of the first element in the storage.</param>
/// <param name="Storage">The bytes it views.</param>
sealed record StoredTensor(string Name, StoredType Type, long[] Shape, long[] Strides, long Start, StoredBytes Storage)
{
    /// <summary>More axes than any tensor of a DETR has, few enough to loop over.</summary>
    internal const int MaxAxes = 8;

    /// <summary>Number of elements; only without a <see cref="Fault"/>.</summary>
    internal long Count => Shape.Aggregate(1L, (product, length) => product * length);

    /// <summary>What is wrong with a shape that is empty, has more than <paramref name="limit"/> elements or reaches outside its storage; null when nothing is.</summary>
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

        return Start < 0 || (last + 1) * Type.Size() > Storage.Length
            ? $"{shape} and reaches element {last} of storage '{Storage.Name.Printable()}', which has {Storage.Length / Type.Size()}"
            : null;
    }
}
