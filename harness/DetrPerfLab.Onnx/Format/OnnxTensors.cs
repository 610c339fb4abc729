using System.Runtime.InteropServices;
using Google.Protobuf;

namespace DetrPerfLab.Onnx;

/// <summary>ONNX tensors from and to .NET values.</summary>
/// <remarks>Elements in <c>raw_data</c> are little-endian, as is every platform that ONNX Runtime serves.</remarks>
public static class OnnxTensors
{
    const long MaxElements = long.MaxValue / 128; // so that the number of bits does not overflow

    /// <summary>A tensor with the given elements, row-major, held in <c>raw_data</c>.</summary>
    /// <param name="name">Its name in the graph; may be empty in an attribute.</param>
    /// <param name="dims">Elements an axis; empty for a scalar.</param>
    /// <param name="values">As many as the product of <paramref name="dims"/>.</param>
    public static TensorProto Create<T>(string name, ReadOnlySpan<long> dims, ReadOnlySpan<T> values) where T : unmanaged =>
        CreateRaw(name, OnnxTypes.Of<T>(), dims, MemoryMarshal.AsBytes(values));

    /// <summary>A tensor of any type from its little-endian bytes.</summary>
    /// <inheritdoc cref="Create{T}"/>
    public static TensorProto CreateRaw(string name, DataType type, ReadOnlySpan<long> dims, ReadOnlySpan<byte> bytes)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type };
        foreach (var length in dims) { tensor.Dims.Add(length); }
        if (tensor.ByteCount() != bytes.Length) { throw new ArgumentException($"{tensor.Describe()} does not take {bytes.Length} bytes.", nameof(bytes)); }
        tensor.RawData = ByteString.CopyFrom(bytes);
        return tensor;
    }

    /// <summary>The element type.</summary>
    public static DataType Type(this TensorProto tensor) => (DataType)tensor.DataType;

    /// <summary>Number of elements; 1 for a scalar.</summary>
    /// <exception cref="LabException">A length is negative or the product overflows.</exception>
    public static long ElementCount(this TensorProto tensor)
    {
        var count = 1L;
        foreach (var length in tensor.Dims)
        {
            if (length < 0 || (length > 0 && count > MaxElements / length))
            {
                throw Unfit(tensor, $"has the shape [{string.Join(',', tensor.Dims)}]", "lengths that memory can hold");
            }

            count *= length;
        }

        return count;
    }

    /// <summary>Bytes that the elements take in <c>raw_data</c>.</summary>
    /// <exception cref="LabException">A string tensor, an unknown type, or an impossible shape.</exception>
    public static long ByteCount(this TensorProto tensor) => tensor.Type().Bits() is > 0 and var bits
        ? (tensor.ElementCount() * bits + 7) / 8
        : throw Unfit(tensor, $"has element type {tensor.Type()}", "a numeric type");

    /// <summary>The elements as little-endian bytes, whichever field holds them; no copy where that is <c>raw_data</c>.</summary>
    /// <exception cref="LabException">The bytes that are there do not fit type and shape.</exception>
    public static ReadOnlySpan<byte> Bytes(this TensorProto tensor)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            throw Unfit(tensor, "has its data in another file", "a model loaded by its path");
        }

        var bytes = tensor.HasRawData ? tensor.RawData.Span : tensor.Type() switch
        {
            DataType.Float or DataType.Complex64 => Pack(tensor.FloatData, v => v),
            DataType.Double or DataType.Complex128 => Pack(tensor.DoubleData, v => v),
            DataType.Int64 => Pack(tensor.Int64Data, v => v),
            DataType.Uint64 => Pack(tensor.Uint64Data, v => v),
            DataType.Uint32 => Pack(tensor.Uint64Data, v => (uint)v),
            DataType.Int32 => Pack(tensor.Int32Data, v => v),
            var type when type.Bits() == 16 => Pack(tensor.Int32Data, v => (ushort)v),
            _ => Pack(tensor.Int32Data, v => (byte)v),
        };
        return bytes.Length == tensor.ByteCount() ? bytes
            : throw Unfit(tensor, $"has {bytes.Length:N0} bytes of data", $"{tensor.ByteCount():N0} for {tensor.Describe()}");
    }

    /// <summary>The elements, in the type that the tensor has.</summary>
    /// <exception cref="LabException">The tensor has another type, or its data do not fit.</exception>
    public static ReadOnlySpan<T> Values<T>(this TensorProto tensor) where T : unmanaged => tensor.Type() == OnnxTypes.Of<T>()
        ? MemoryMarshal.Cast<byte, T>(tensor.Bytes())
        : throw Unfit(tensor, $"has element type {tensor.Type()}", $"{OnnxTypes.Of<T>()}");

    /// <summary>The elements converted to float32, from any real type.</summary>
    /// <exception cref="LabException">Strings, complex or sub-byte types, or data that do not fit.</exception>
    public static float[] ToFloats(this TensorProto tensor) => tensor.Type() switch
    {
        DataType.Float => tensor.Values<float>().ToArray(),
        DataType.Double => Convert<double, float>(tensor, v => (float)v),
        DataType.Float16 => Convert<Half, float>(tensor, v => (float)v),
        DataType.Bfloat16 => [.. MemoryMarshal.Cast<byte, ushort>(tensor.Bytes()).ToArray().Select(v => BitConverter.UInt32BitsToSingle((uint)v << 16))],
        _ => [.. tensor.ToLongs().Select(v => (float)v)],
    };

    /// <summary>The elements converted to int64, from any integer type or bool.</summary>
    /// <exception cref="LabException">Another type, or data that do not fit.</exception>
    public static long[] ToLongs(this TensorProto tensor) => tensor.Type() switch
    {
        DataType.Int64 => tensor.Values<long>().ToArray(),
        DataType.Uint64 => Convert<ulong, long>(tensor, v => checked((long)v)),
        DataType.Int32 => Convert<int, long>(tensor, v => v),
        DataType.Uint32 => Convert<uint, long>(tensor, v => v),
        DataType.Int16 => Convert<short, long>(tensor, v => v),
        DataType.Uint16 => Convert<ushort, long>(tensor, v => v),
        DataType.Int8 => Convert<sbyte, long>(tensor, v => v),
        DataType.Uint8 => Convert<byte, long>(tensor, v => v),
        DataType.Bool => Convert<bool, long>(tensor, v => v ? 1 : 0),
        _ => throw Unfit(tensor, $"has element type {tensor.Type()}", "an integer type"),
    };

    static TTo[] Convert<TFrom, TTo>(TensorProto tensor, Func<TFrom, TTo> convert) where TFrom : unmanaged
    {
        var from = tensor.Values<TFrom>();
        var to = new TTo[from.Length];
        for (var i = 0; i < to.Length; i++) { to[i] = convert(from[i]); }
        return to;
    }

    static ReadOnlySpan<byte> Pack<TFrom, TTo>(IReadOnlyList<TFrom> values, Func<TFrom, TTo> convert) where TTo : unmanaged
    {
        var packed = new TTo[values.Count];
        for (var i = 0; i < packed.Length; i++) { packed[i] = convert(values[i]); }
        return MemoryMarshal.AsBytes<TTo>(packed);
    }

    static LabException Unfit(TensorProto tensor, string found, string needed) =>
        LabError.BadInput($"ONNX tensor '{tensor.Name}' {found}, needed {needed}. The model is damaged or of a kind that the lab does not read; export it again.");

    static string Describe(this TensorProto tensor) => $"{tensor.Type().ToString().ToLowerInvariant()} [{string.Join(',', tensor.Dims)}]";
}
