namespace DetrPerfLab.Onnx;

/// <summary>The element types of ONNX: their widths and their .NET counterparts.</summary>
public static class OnnxTypes
{
    /// <summary>Bits of one element in <c>raw_data</c>; 0 for strings and types that the lab does not know.</summary>
    public static int Bits(this DataType type) => type switch
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

    /// <summary>The ONNX type of a .NET element type.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static DataType Of<T>() where T : unmanaged => default(T) switch
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
