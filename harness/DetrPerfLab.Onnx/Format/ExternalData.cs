using Google.Protobuf;

namespace DetrPerfLab.Onnx;

/// <summary>Tensors whose bytes lie in a file beside the model.</summary>
/// <remarks>Source: onnx/onnx, docs/ExternalData.md: keys <c>location</c> (relative), <c>offset</c>, <c>length</c>.</remarks>
static class ExternalData
{
    /// <summary>Reads every external tensor into the model itself. Locations outside the model's folder are refused, links that lead out included.</summary>
    internal static void Inline(ModelProto model, string modelPath)
    {
        var total = 0L; // Tensors may overlap in the file, so its size does not bound what they take.
        foreach (var tensor in model.AllTensors().Where(t => t.DataLocation == TensorProto.Types.DataLocation.External))
        {
            var bytes = tensor.ByteCount();
            total = checked(total + bytes);
            if (total > OnnxFile.MaxBytes) { throw LabError.OnnxTooLarge(modelPath, total, OnnxFile.MaxBytes); }
            try
            {
                tensor.RawData = UnsafeByteOperations.UnsafeWrap(Read(tensor, bytes, modelPath));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Refused(modelPath, tensor, $"cannot be read ({e.Message})");
            }

            tensor.ExternalData.Clear();
            tensor.ClearDataLocation();
        }
    }

    static byte[] Read(TensorProto tensor, long bytes, string modelPath)
    {
        LabException Refuse(string found) => Refused(modelPath, tensor, found);

        var path = Resolve(Entry(tensor, "location") ?? "", modelPath, Refuse);
        var offset = Number(tensor, "offset", Refuse) ?? 0;
        if (Number(tensor, "length", Refuse) is { } length && length != bytes)
        {
            throw Refuse($"has {length:N0} bytes where its type and shape need {bytes:N0}");
        }

        if (!File.Exists(path)) { throw Refuse($"was not found at '{path}'"); }
        using var file = File.OpenHandle(path);
        var available = RandomAccess.GetLength(file);
        if (offset > available || bytes > available - offset)
        {
            throw Refuse($"needs bytes {offset:N0} to {offset + bytes:N0} of '{path}', which has {available:N0}");
        }

        var data = GC.AllocateUninitializedArray<byte>((int)bytes);
        var read = 0;
        while (read < data.Length && RandomAccess.Read(file, data.AsSpan(read), offset + read) is > 0 and var count) { read += count; }
        return read == data.Length ? data : throw Refuse($"ends early in '{path}'");
    }

    static LabException Refused(string modelPath, TensorProto tensor, string found) =>
        LabError.BadInput($"'{modelPath}': the external data of tensor '{tensor.Name}' {found}. Needed: a file in the model's own folder that holds it whole.");

    static string Resolve(string location, string modelPath, Func<string, LabException> refuse)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        if (location.Length == 0 || location.Contains('\0')) { throw refuse("names no location"); }
        var path = Path.GetFullPath(Path.Combine(folder, location));
        if (Path.IsPathRooted(location) || !IsInside(path, folder)) { throw refuse($"lies at '{location}', outside the model's folder"); }

        // Every step below the folder may be a link; each must stay inside.
        for (var step = path; step != folder; step = Path.GetDirectoryName(step)!)
        {
            if (new FileInfo(step) is { LinkTarget: not null } link && !(link.ResolveLinkTarget(returnFinalTarget: true) is { } target && IsInside(target.FullName, folder)))
            {
                throw refuse($"lies at '{location}', a link that leads outside the model's folder");
            }
        }

        return path;
    }

    static bool IsInside(string path, string folder) =>
        path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    static string? Entry(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(e => e.Key == key)?.Value;

    static long? Number(TensorProto tensor, string key, Func<string, LabException> refuse) =>
        Entry(tensor, key) is not { } text ? null
        : long.TryParse(text, out var value) && value >= 0 ? value
        : throw refuse($"has {key} '{text}', which is no size");
}
