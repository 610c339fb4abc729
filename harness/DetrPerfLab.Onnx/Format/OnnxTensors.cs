using System.Numerics;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace DetrPerfLab.Onnx;

/// <summary>ONNX tensors from and to .NET values.</summary>
/// <remarks>Elements in <c>raw_data</c> are little-endian, as is every platform that ONNX Runtime serves.</remarks>
public static class OnnxTensors
{
    const long MaxElements = long.MaxValue / 128; // so that the number of bits does not overflow

    /// <summary>A tensor with the given elements, row-major, held in <c>raw_data</c>; <paramref name="dims"/> is empty for a scalar.</summary>
    internal static TensorProto Create<T>(string name, ReadOnlySpan<long> dims, ReadOnlySpan<T> values) where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        var tensor = new TensorProto { Name = name, DataType = (int)TypeOf<T>(), Dims = { dims.ToArray() } };
        if (tensor.ByteCount() != bytes.Length) { throw new ArgumentException($"{tensor.Describe()} does not take {bytes.Length} bytes.", nameof(values)); }
        tensor.RawData = ByteString.CopyFrom(bytes);
        return tensor;
    }

    public static DataType Type(this TensorProto tensor) => (DataType)tensor.DataType;

    internal static bool IsFloat(this TensorProto tensor) => tensor.Type() == DataType.Float;

    /// <exception cref="LabException">A length is negative or the product overflows.</exception>
    internal static long ElementCount(this TensorProto tensor)
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

    public static long ByteCount(this TensorProto tensor) => Bits(tensor.Type()) is > 0 and var bits
        ? (tensor.ElementCount() * bits + 7) / 8
        : throw Unfit(tensor, $"has element type {tensor.Type()}", "a numeric type");

    /// <summary>The elements as little-endian bytes, whichever field holds them; no copy where that is <c>raw_data</c>.</summary>
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
            var type when Bits(type) == 16 => Pack(tensor.Int32Data, v => (ushort)v),
            _ => Pack(tensor.Int32Data, v => (byte)v),
        };
        return bytes.Length == tensor.ByteCount() ? bytes
            : throw Unfit(tensor, $"has {bytes.Length:N0} bytes of data", $"{tensor.ByteCount():N0} for {tensor.Describe()}");
    }

    internal static ReadOnlySpan<T> Values<T>(this TensorProto tensor) where T : unmanaged => tensor.Type() == TypeOf<T>()
        ? MemoryMarshal.Cast<byte, T>(tensor.Bytes())
        : throw Unfit(tensor, $"has element type {tensor.Type()}", $"{TypeOf<T>()}");

    /// <summary>The elements converted to float32, from any real type.</summary>
    internal static float[] ToFloats(this TensorProto tensor) => tensor.Type() switch
    {
        DataType.Float => tensor.Values<float>().ToArray(),
        DataType.Double => Convert<double, float>(tensor),
        DataType.Float16 => Convert<Half, float>(tensor),
        DataType.Bfloat16 => [.. MemoryMarshal.Cast<byte, ushort>(tensor.Bytes()).ToArray().Select(v => BitConverter.UInt32BitsToSingle((uint)v << 16))],
        _ => [.. tensor.ToLongs().Select(v => (float)v)],
    };

    /// <summary>The elements converted to int64, from any integer type or bool.</summary>
    internal static long[] ToLongs(this TensorProto tensor) => tensor.Type() switch
    {
        DataType.Int64 => tensor.Values<long>().ToArray(),
        DataType.Uint64 => Convert<ulong, long>(tensor),
        DataType.Int32 => Convert<int, long>(tensor),
        DataType.Uint32 => Convert<uint, long>(tensor),
        DataType.Int16 => Convert<short, long>(tensor),
        DataType.Uint16 => Convert<ushort, long>(tensor),
        DataType.Int8 => Convert<sbyte, long>(tensor),
        DataType.Uint8 => Convert<byte, long>(tensor),
        DataType.Bool => [.. tensor.Bytes().ToArray().Select(b => b == 0 ? 0L : 1)],
        _ => throw Unfit(tensor, $"has element type {tensor.Type()}", "an integer type"),
    };

    /// <summary>A row-major matrix [rows, columns] as [columns, rows].</summary>
    internal static T[] Transpose<T>(ReadOnlySpan<T> values, int rows, int columns)
    {
        var result = new T[values.Length];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++) { result[(c * rows) + r] = values[(r * columns) + c]; }
        }

        return result;
    }

    static TTo[] Convert<TFrom, TTo>(TensorProto tensor) where TFrom : unmanaged, INumberBase<TFrom> where TTo : INumberBase<TTo>
    {
        var from = tensor.Values<TFrom>();
        var to = new TTo[from.Length];
        for (var i = 0; i < to.Length; i++) { to[i] = TTo.CreateChecked(from[i]); }
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

    /// <summary>Bits of one element in <c>raw_data</c>; 0 for strings and types that the lab does not know.</summary>
    static int Bits(DataType type) => type switch
    {
        DataType.Uint4 or DataType.Int4 or DataType.Float4E2M1 => 4,
        DataType.Uint8 or DataType.Int8 or DataType.Bool => 8,
        DataType.Float8E4M3Fn or DataType.Float8E4M3Fnuz or DataType.Float8E5M2 or DataType.Float8E5M2Fnuz => 8,
        DataType.Uint16 or DataType.Int16 or DataType.Float16 or DataType.Bfloat16 => 16,
        DataType.Float or DataType.Int32 or DataType.Uint32 => 32,
        DataType.Double or DataType.Int64 or DataType.Uint64 or DataType.Complex64 => 64,
        DataType.Complex128 => 128,
        _ => 0,
    };

    internal static DataType TypeOf<T>() where T : unmanaged => default(T) switch
    {
        float => DataType.Float,
        double => DataType.Double,
        Half => DataType.Float16,
        sbyte => DataType.Int8,
        byte => DataType.Uint8,
        short => DataType.Int16,
        ushort => DataType.Uint16,
        int => DataType.Int32,
        uint => DataType.Uint32,
        long => DataType.Int64,
        ulong => DataType.Uint64,
        bool => DataType.Bool,
        _ => throw new NotSupportedException($"ONNX has no element type for {typeof(T).Name}."),
    };
}
