using System.Buffers.Binary;
using System.Text.Json;

namespace DetrPerfLab.Models;

/// <summary>The safetensors format: the length of a JSON header (8 bytes, little-endian), the header, the tensors.</summary>
/// <remarks>Source: huggingface/safetensors, README, section Format.</remarks>
static class SafetensorsReader
{
    const int MaxHeaderBytes = 16 << 20; // a header has some 120 bytes a tensor; the memory for reading it is bounded by this
    internal const string DilationKey = "dilation"; // of __metadata__: as the lab writes it for a DETR with a dilated last stage
    const string Metadata = "__metadata__";
    const int LengthBytes = sizeof(long);
    const int MaxDepth = 3; // header entry, its tensors and their offsets: three levels

    internal static bool Begins(ReadOnlySpan<byte> head, long fileLength) =>
        head.Length > LengthBytes && head[LengthBytes] == (byte)'{'
        && BinaryPrimitives.ReadInt64LittleEndian(head) is >= 2 and var length && length <= fileLength - LengthBytes;

    internal static CheckpointContents Read(CheckpointFile file)
    {
        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(file.Read(0, LengthBytes, "the header's length"));
        if (headerLength > MaxHeaderBytes) { throw file.Damaged($"its header claims {headerLength} bytes, the limit is {MaxHeaderBytes}"); }
        try
        {
            using var header = JsonDocument.Parse(file.Read(LengthBytes, headerLength, "the header"), new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (header.RootElement.ValueKind != JsonValueKind.Object) { throw file.Damaged("its header is no JSON object"); }
            var tensors = header.RootElement.EnumerateObject()
                .Where(entry => entry.Name != Metadata)
                .Select(entry => ReadTensor(file, entry, LengthBytes + headerLength))
                .ToList();
            file.RequireApart("tensor", tensors.Select(t => t.Storage));
            return CheckpointContents.Of(tensors) with { Dilation = DilationIn(header.RootElement) };
        }
        catch (Exception mistake) when (mistake is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with a broken escape, found only when it is read.
            throw file.Damaged($"its header is no valid JSON: {mistake.Message.TrimEnd('.')}");
        }
    }

    /// <summary>What the lab wrote; null where another did.</summary>
    static bool? DilationIn(JsonElement header) =>
        header.TryGetProperty(Metadata, out var metadata) && metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty(DilationKey, out var said) && said.ValueKind == JsonValueKind.String
            ? said.GetString() == "true"
            : null;

    static StoredTensor ReadTensor(CheckpointFile file, JsonProperty entry, long dataStart)
    {
        var name = entry.Name.Printable();
        if (entry.Value.ValueKind != JsonValueKind.Object
            || !entry.Value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !entry.Value.TryGetProperty("shape", out var shapeJson) || Longs(shapeJson) is not { } shape
            || !entry.Value.TryGetProperty("data_offsets", out var offsetsJson) || Longs(offsetsJson) is not [var begin, var end])
        {
            throw file.Damaged($"tensor '{name}' lacks dtype, shape of up to {StoredTensor.MaxAxes} axes, or data_offsets");
        }

        var type = StoredType.All.FirstOrDefault(type => type.Safetensors == dtype.GetString())
            ?? throw file.Unsupported($"tensor '{name}' has type '{dtype.GetString()!.Printable()}'", "Save the weights as F32, F16 or BF16.");
        Int128 bytes = type.Size;
        foreach (var length in shape) { bytes = length < 0 || bytes > file.Length ? -1 : bytes * length; }
        if (begin < 0 || begin > end || end > file.Length - dataStart || bytes != end - begin)
        {
            throw file.Damaged(
                $"tensor '{name}' has shape [{string.Join(',', shape)}] of {dtype.GetString()} at data bytes {begin} to {end} of {file.Length - dataStart}");
        }

        return new(entry.Name, type, shape, StoredTensor.RowMajor(shape), 0, new StoredBytes(entry.Name, dataStart + begin, end - begin));
    }

    static long[]? Longs(JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > StoredTensor.MaxAxes) { return null; }
        var numbers = new long[array.GetArrayLength()];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (array[i].ValueKind != JsonValueKind.Number || !array[i].TryGetInt64(out numbers[i])) { return null; }
        }

        return numbers;
    }
}
