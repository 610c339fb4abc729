using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Models;

/// <summary>Writes weights as a safetensors file in half precision: all that a small trained model needs, in half the bytes.</summary>
/// <remarks>Source: huggingface/safetensors, README, section Format. What lies beyond half precision's range is refused, never made infinite.</remarks>
public static class SafetensorsWriter
{
    public static void SaveHalf(WeightStore weights, string path)
    {
        var header = new Dictionary<string, object>(StringComparer.Ordinal) { ["__metadata__"] = new Dictionary<string, string> { ["format"] = "pt", ["source"] = weights.Source } };
        var at = 0L;
        foreach (var tensor in weights.Tensors)
        {
            if (Array.FindIndex(tensor.Data, v => !Half.IsFinite((Half)v)) is >= 0 and var bad) { throw LabError.BadInput($"Tensor '{tensor.Name}' holds {tensor.Data[bad]}, which half precision cannot hold. Keep it in float32."); }
            header[tensor.Name] = new Dictionary<string, object> { ["dtype"] = "F16", ["shape"] = tensor.Shape, ["data_offsets"] = new[] { at, at += 2L * tensor.Data.Length } };
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
            foreach (var tensor in weights.Tensors)
            {
                var bytes = new byte[2 * tensor.Data.Length];
                for (var i = 0; i < tensor.Data.Length; i++) { BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(2 * i), (Half)tensor.Data[i]); }
                stream.Write(bytes);
            }
        });
    }
}
