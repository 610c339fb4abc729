using Google.Protobuf;

namespace DetrPerfLab.Onnx;

/// <summary>A tensor that has its bytes in a file beside the model.</summary>
/// <remarks>Source: onnx/onnx, docs/ExternalData.md: keys <c>location</c> (relative), <c>offset</c>, <c>length</c>.</remarks>
sealed class ExternalData(TensorProto tensor, string modelPath)
{
    /// <summary>Reads every external tensor into the model itself and gives their bytes together. Locations outside the model's folder are refused, links that lead out included.</summary>
    internal static long Inline(ModelProto model, string modelPath)
    {
        var total = 0L; // Tensors may overlap in the file, so its size does not bound what they take.
        foreach (var tensor in model.AllTensors().Where(t => t.DataLocation == TensorProto.Types.DataLocation.External))
        {
            var bytes = tensor.ByteCount();
            total = checked(total + bytes);
            if (total > OnnxFile.MaxBytes) { throw LabError.OnnxTooLarge(modelPath, total, OnnxFile.MaxBytes); }
            tensor.RawData = UnsafeByteOperations.UnsafeWrap(new ExternalData(tensor, modelPath).Read(bytes));
            tensor.ExternalData.Clear();
            tensor.ClearDataLocation();
        }

        return total;
    }

    byte[] Read(long bytes)
    {
        try
        {
            var path = Resolve(Entry("location") ?? "");
            var offset = Number("offset") ?? 0;
            if (Number("length") is { } length && length != bytes) { throw Refused($"has {length:N0} bytes where its type and shape need {bytes:N0}"); }
            if (!File.Exists(path)) { throw Refused($"was not found at '{path}'"); }
            using var file = InputFile.Open(path);
            if (offset > file.Length || bytes > file.Length - offset)
            {
                throw Refused($"needs bytes {offset:N0} to {offset + bytes:N0} of '{path}', which has {file.Length:N0}");
            }

            file.Position = offset;
            var data = GC.AllocateUninitializedArray<byte>((int)bytes);
            file.ReadExactly(data);
            return data;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused($"cannot be read ({e.Message})");
        }
    }

    string Resolve(string location)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        if (location.Length == 0 || location.Contains('\0')) { throw Refused("names no location"); }
        var path = Path.GetFullPath(Path.Combine(folder, location));
        if (Path.IsPathRooted(location) || !IsInside(path, folder)) { throw Refused($"lies at '{location}', outside the model's folder"); }

        // Every step below the folder may be a link; each must stay inside.
        for (var step = path; step != folder; step = Path.GetDirectoryName(step)!)
        {
            if (new FileInfo(step) is { LinkTarget: not null } link && !(link.ResolveLinkTarget(returnFinalTarget: true) is { } target && IsInside(target.FullName, folder)))
            {
                throw Refused($"lies at '{location}', a link that leads outside the model's folder");
            }
        }

        return path;
    }

    static bool IsInside(string path, string folder) =>
        path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    string? Entry(string key) => tensor.ExternalData.FirstOrDefault(e => e.Key == key)?.Value;

    long? Number(string key) =>
        Entry(key) is not { } text ? null
        : long.TryParse(text, out var value) && value >= 0 ? value
        : throw Refused($"has {key} '{text}', which is no size");

    LabException Refused(string found) =>
        LabError.BadInput($"'{modelPath}': the external data of tensor '{tensor.Name}' {found}. Needed: a file in the model's own folder that holds it whole.");
}
