using Google.Protobuf;

namespace DetrPerfLab.Onnx;

/// <summary>Reads and writes ONNX files. What a file holds beyond the declared format is kept and written back.</summary>
public static class OnnxFile
{
    /// <summary>Protocol buffers cannot hold more in one message.</summary>
    internal const long MaxBytes = int.MaxValue;

    /// <summary>Reads a model; external data is read from the model's folder and becomes part of it.</summary>
    /// <exception cref="LabException">No such file, not ONNX, damaged, too large, or its external data is missing or lies elsewhere.</exception>
    public static ModelProto Load(string path) => Load(path, out _);

    /// <summary>As the other; <paramref name="totalBytes"/> is what the model takes, external data counted with the file.</summary>
    internal static ModelProto Load(string path, out long totalBytes)
    {
        using var file = InputFile.Open(Existing(path));
        if (file.Length > Array.MaxLength) { throw LabError.OnnxTooLarge(path, file.Length, MaxBytes); } // the stream's length: a link has its own
        var bytes = GC.AllocateUninitializedArray<byte>((int)file.Length);
        file.ReadExactly(bytes);
        var model = Parse(bytes, path);
        totalBytes = file.Length + ExternalData.Inline(model, path);
        return model;
    }

    /// <summary>Reads one tensor as ONNX's test data hold it (.pb): a message of its own.</summary>
    internal static TensorProto ParseTensor(ReadOnlySpan<byte> bytes, string source)
    {
        var fault = bytes.IsEmpty ? "it is empty" : WireScan.FindFault(bytes, TensorProto.Descriptor);
        try
        {
            if (fault is null) { return TensorProto.Parser.ParseFrom(bytes); }
        }
        catch (InvalidProtocolBufferException e)
        {
            fault = e.Message.TrimEnd('.');
        }

        throw LabError.BadInput($"'{source}' is no usable tensor: {fault}. Needed: a whole file with one ONNX tensor, as ONNX's test data have it.");
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
