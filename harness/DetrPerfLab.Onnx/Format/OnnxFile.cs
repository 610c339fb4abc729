using Google.Protobuf;

namespace DetrPerfLab.Onnx;

/// <summary>Reads and writes ONNX files. What a file holds beyond the declared format is kept and written back.</summary>
public static class OnnxFile
{
    /// <summary>Protocol buffers cannot hold more in one message.</summary>
    internal const long MaxBytes = int.MaxValue;

    /// <summary>Reads a model; external data is read from the model's folder and becomes part of it.</summary>
    /// <exception cref="LabException">No such file, not ONNX, damaged, too large, or its external data is missing or lies elsewhere.</exception>
    public static ModelProto Load(string path)
    {
        using var file = InputFile.Open(Existing(path));
        if (file.Length > Array.MaxLength) { throw LabError.OnnxTooLarge(path, file.Length, MaxBytes); } // the stream's length: a link has its own
        var bytes = GC.AllocateUninitializedArray<byte>((int)file.Length);
        file.ReadExactly(bytes);
        var model = Parse(bytes, path);
        ExternalData.Inline(model, path);
        return model;
    }

    /// <summary>The path, where a file is; refused where there is none.</summary>
    public static string Existing(string path) => File.Exists(path) ? path : throw LabError.FileNotFound(path, "Name an ONNX file; 'detrlab export' makes one.");

    /// <summary>Reads a model from memory; external data stays where it is. <paramref name="source"/> names the bytes in messages.</summary>
    internal static ModelProto Parse(ReadOnlySpan<byte> bytes, string source)
    {
        if (bytes.IsEmpty) { throw LabError.NotOnnx(source, "it is empty"); }
        if (WireScan.FindFault(bytes, ModelProto.Descriptor) is { } fault) { throw LabError.NotOnnx(source, fault); }
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw LabError.NotOnnx(source, e.Message.TrimEnd('.'), e);
        }

        if (model.Graph is null) { throw LabError.NotOnnx(source, "it has no graph"); }
        if (model.OpsetImport.Count == 0) { throw LabError.NotOnnx(source, "it names no operator set (opset_import)"); }
        return model;
    }

    /// <summary>Writes a model; the file appears whole or not at all, and its folder is made. The same model gives the same bytes.</summary>
    public static void Save(ModelProto model, string path)
    {
        // Serialising computes sizes in int and would overflow: the tensors, which make up nearly all, are counted in long first.
        var tensorBytes = model.AllTensors().Sum(t => (long)t.RawData.Length);
        if (tensorBytes > MaxBytes - (16 << 20)) { throw LabError.OnnxTooLarge(path, tensorBytes, MaxBytes); }
        AtomicFile.Write(path, model.WriteTo);
    }
}
