using System.Runtime.InteropServices;

namespace DetrPerfLab.Core;

/// <summary>A named, dense, row-major tensor in pinned managed memory, so that an engine can bind it once and reuse it.</summary>
/// <remarks>The array lies on the pinned object heap: its address never changes, and freeing needs no handle. Its elements can be had as their own type only.</remarks>
public sealed class HostTensor
{
    readonly Array _data;
    readonly long[] _shape;

    /// <summary>A zero-filled tensor of the model's name for it; each length is above 0.</summary>
    public HostTensor(string name, ElementType type, params ReadOnlySpan<long> shape)
    {
        Name = name;
        Type = type;
        _shape = shape.ToArray();
        var count = 1L;
        foreach (var length in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
            count = checked(count * length);
        }

        Count = checked((int)count);
        _data = type switch
        {
            ElementType.Float32 => GC.AllocateArray<float>(Count, pinned: true),
            ElementType.Int64 => GC.AllocateArray<long>(Count, pinned: true),
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
    }

    public string Name { get; }
    public ElementType Type { get; }
    public ReadOnlySpan<long> Shape => _shape;
    public int Count { get; }
    public Span<float> Floats => (float[])_data;
    public Span<long> Longs => (long[])_data;
    public Memory<float> FloatMemory => (float[])_data; // the elements as memory, for an engine that binds it
    public Memory<long> LongMemory => (long[])_data; // the elements as memory, for an engine that binds it

    /// <summary>The bytes of the elements, native byte order.</summary>
    public Span<byte> Bytes => Type == ElementType.Float32 ? MemoryMarshal.AsBytes(Floats) : MemoryMarshal.AsBytes(Longs);
    public nint Address => Marshal.UnsafeAddrOfPinnedArrayElement(_data, 0); // address of the first element; valid as long as this tensor is reachable

    public override string ToString() => $"{Name} {Type.ToString().ToLowerInvariant()} [{string.Join(',', _shape)}]";
}
