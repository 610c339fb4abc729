using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Models;

/// <summary>Writes weights as a safetensors file.</summary>
/// <remarks>Source: huggingface/safetensors, README, section Format.</remarks>
public static class SafetensorsWriter
{
    /// <summary>In half precision where that loses nothing, as of a model that was read from half precision; else in float32.</summary>
    public static void Save(WeightStore weights, string path) =>
        Save(weights, path, half: weights.Tensors.All(t => Array.TrueForAll(t.Data, v => (float)(Half)v == v)));

    /// <summary>Rounded to half precision: all that a small trained model needs, in half the bytes.</summary>
    /// <exception cref="LabException">A value lies beyond half precision's range; it is never made infinite.</exception>
    public static void SaveHalf(WeightStore weights, string path)
    {
        foreach (var tensor in weights.Tensors)
        {
            if (Array.FindIndex(tensor.Data, v => !Half.IsFinite((Half)v)) is >= 0 and var bad) { throw LabError.BadInput($"Tensor '{tensor.Name}' holds {tensor.Data[bad]}, which half precision cannot hold. Keep it in float32."); }
        }

        Save(weights, path, half: true);
    }

    static void Save(WeightStore weights, string path, bool half)
    {
        var metadata = new Dictionary<string, string> { ["format"] = "pt", ["source"] = weights.Source };
        if (weights.Model is DetrConfig { Dilation: true }) { metadata[SafetensorsReader.DilationKey] = "true"; } // which no shape shows
        var header = new Dictionary<string, object>(StringComparer.Ordinal) { ["__metadata__"] = metadata };
        var at = 0L;
        foreach (var tensor in weights.Tensors)
        {
            header[tensor.Name] = new Dictionary<string, object> { ["dtype"] = half ? "F16" : "F32", ["shape"] = tensor.Shape, ["data_offsets"] = new[] { at, at += (half ? 2L : 4L) * tensor.Data.Length } };
        }

        var text = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        var padding = (8 - (text.Length % 8)) % 8; // so that the data begins at a multiple of eight, as others expect it
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(length, text.Length + padding);
            stream.Write(length);
            stream.Write(text);
            for (var i = 0; i < padding; i++) { stream.WriteByte((byte)' '); }
            // Every platform that .NET 10 supports here is little-endian.
            foreach (var tensor in weights.Tensors) { stream.Write(half ? MemoryMarshal.AsBytes<Half>(Array.ConvertAll(tensor.Data, v => (Half)v)) : MemoryMarshal.AsBytes<float>(tensor.Data)); }
        });
    }
}
