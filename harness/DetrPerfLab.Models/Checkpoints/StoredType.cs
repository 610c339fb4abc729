using System.Numerics;
using System.Runtime.InteropServices;

namespace DetrPerfLab.Models;

/// <summary>An element type of checkpoints: its names (null in a format that has no such type), its bytes, and how elements in this machine's byte order become float32; null for types that no weight has.</summary>
sealed record StoredType(string Name, string? Torch, string? Safetensors, int Size, StoredType.Converter? ToFloat = null)
{
    internal delegate void Converter(ReadOnlySpan<byte> source, Span<float> destination);

    internal static StoredType Float32 { get; } = new("Float32", "FloatStorage", "F32", 4, (source, destination) => MemoryMarshal.Cast<byte, float>(source).CopyTo(destination));

    internal static IReadOnlyList<StoredType> All { get; } =
    [
        Float32,
        new("Float16", "HalfStorage", "F16", 2, Convert<Half>),
        new("BFloat16", "BFloat16Storage", "BF16", 2, ConvertBFloat16),
        new("Float64", "DoubleStorage", "F64", 8, Convert<double>),
        new("Int64", "LongStorage", "I64", 8, Convert<long>),
        new("Int32", "IntStorage", "I32", 4),
        new("Int16", "ShortStorage", "I16", 2),
        new("Int8", "CharStorage", "I8", 1),
        new("UInt8", "ByteStorage", "U8", 1),
        new("Bool", "BoolStorage", "BOOL", 1),
        // Only their sizes are known, so that what lies behind them is found.
        new("Complex64", "ComplexFloatStorage", "C64", 8),
        new("Complex128", "ComplexDoubleStorage", null, 16),
        new("QInt8", "QInt8Storage", null, 1),
        new("QUInt8", "QUInt8Storage", null, 1),
        new("QInt32", "QInt32Storage", null, 4),
        new("Float8 (E4M3)", null, "F8_E4M3", 1),
        new("Float8 (E5M2)", null, "F8_E5M2", 1),
        new("Float8 (E8M0)", null, "F8_E8M0", 1),
        new("UInt16", null, "U16", 2),
        new("UInt32", null, "U32", 4),
        new("UInt64", null, "U64", 8),
    ];

    public override string ToString() => Name;

    static void Convert<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : unmanaged, INumberBase<T>
    {
        var elements = MemoryMarshal.Cast<byte, T>(source);
        for (var i = 0; i < destination.Length; i++) { destination[i] = float.CreateTruncating(elements[i]); }
    }

    static void ConvertBFloat16(ReadOnlySpan<byte> source, Span<float> destination)
    {
        var bits = MemoryMarshal.Cast<byte, ushort>(source);
        for (var i = 0; i < destination.Length; i++) { destination[i] = BitConverter.Int32BitsToSingle(bits[i] << 16); } // the upper half of a float32
    }
}
