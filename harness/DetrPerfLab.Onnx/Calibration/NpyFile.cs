using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace DetrPerfLab.Onnx;

/// <summary>Reads one array of NumPy's own format, row-major and little-endian, as an ONNX tensor.</summary>
/// <remarks>
/// Source: numpy.org, numpy.lib.format, versions 1.0 to 3.0. The header is a Python dictionary; only the form that NumPy itself writes is taken, and nothing of it is run.
/// By hand: readers on NuGet evaluate more of the header, or hold the array in types of their own.
/// </remarks>
static partial class NpyFile
{
    const int MaxHeaderBytes = 1 << 16;

    /// <exception cref="LabException">No array of this format, of another element type or order, or of another size than its header says.</exception>
    internal static TensorProto Read(string path, string name)
    {
        using var file = File.OpenRead(path);
        try
        {
            return Read(file, path, name);
        }
        catch (EndOfStreamException e)
        {
            throw Refused(path, "it ends inside its header", e);
        }
    }

    static TensorProto Read(FileStream file, string path, string name)
    {
        Span<byte> start = stackalloc byte[8];
        file.ReadExactly(start);
        if (start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8)) { throw Refused(path, "it does not begin as a NumPy array"); }
        if (start[6] is < 1 or > 3) { throw Refused(path, $"it has format version {start[6]}"); }
        Span<byte> length = stackalloc byte[4];
        length.Clear();
        file.ReadExactly(length[..(start[6] == 1 ? 2 : 4)]);
        var headerBytes = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (headerBytes > MaxHeaderBytes) { throw Refused(path, $"its header claims {headerBytes:N0} bytes"); }
        var text = new byte[headerBytes];
        file.ReadExactly(text);
        var header = Header().Match(Encoding.Latin1.GetString(text));
        if (!header.Success) { throw Refused(path, "its header is not of the form that NumPy writes"); }
        if (header.Groups["order"].Value == "True") { throw Refused(path, "it is in Fortran order (column by column)"); }
        var type = ElementType(header.Groups["type"].Value) ?? throw Refused(path, $"it has element type '{header.Groups["type"].Value}'");
        var tensor = new TensorProto { Name = name, DataType = (int)type };
        foreach (var axis in header.Groups["axis"].Captures.Select(c => c.Value))
        {
            tensor.Dims.Add(long.TryParse(axis, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw Refused(path, $"an axis is {axis} long"));
        }

        var (found, needed) = (file.Length - file.Position, tensor.ByteCount());
        if (found != needed || needed > OnnxFile.MaxBytes) { throw Refused(path, $"it holds {found:N0} bytes of data where its header says {needed:N0}"); }
        var data = GC.AllocateUninitializedArray<byte>((int)needed);
        file.ReadExactly(data);
        tensor.RawData = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(data);
        return tensor;
    }

    static DataType? ElementType(string type) => type switch
    {
        "<f4" => DataType.Float,
        "<f2" => DataType.Float16,
        "<i8" => DataType.Int64,
        "<i4" => DataType.Int32,
        "|u1" => DataType.Uint8,
        "|b1" => DataType.Bool,
        _ => null,
    };

    static LabException Refused(string path, string found, Exception? inner = null) => LabError.BadInput(
        $"'{path}' is no usable array: {found}. Needed: a .npy file of float32, float16, int64, int32, uint8 or bool, little-endian, row by row, no larger than 2 GB. "
        + "Save it again, in NumPy by np.save(file, np.ascontiguousarray(array)).", inner);

    [GeneratedRegex(@"^\{'descr': '(?<type>[^']{2,8})', 'fortran_order': (?<order>True|False), 'shape': \((?:(?<axis>\d{1,19})(?:, ?|,?(?=\))))*\),? ?\} *\n$", RegexOptions.CultureInvariant)]
    private static partial Regex Header();
}
