using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Tests;

/// <summary>Writes checkpoints as PyTorch and safetensors do, and, by its parts, checkpoints that nobody should write.</summary>
static class CheckpointWriter
{
    /// <summary>A state dict of float32 tensors in the zip format of torch.save; with <paramref name="heads"/> as training saves it, beside its options.</summary>
    internal static void WriteZip(string path, IEnumerable<WeightTensor> tensors, bool bigEndian = false, int? heads = null)
    {
        var list = tensors.ToList();
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        AddMember(zip, "archive/data.pkl", StateDict(list, heads));
        AddMember(zip, "archive/byteorder", bigEndian ? "big"u8 : "little"u8);
        for (var i = 0; i < list.Count; i++) { AddMember(zip, $"archive/data/{i}", Bytes(list[i].Data, bigEndian)); }
    }

    internal static void WriteSafetensors(string path, IEnumerable<WeightTensor> tensors)
    {
        var list = tensors.ToList();
        var offset = 0L;
        var header = list.ToDictionary(t => t.Name, t => new { dtype = "F32", shape = t.Shape, data_offsets = new[] { offset, offset += t.Data.Length * 4L } });
        using var file = File.Create(path);
        file.Write(Safetensors(JsonSerializer.Serialize(header)));
        foreach (var tensor in list) { file.Write(MemoryMarshal.AsBytes<float>(tensor.Data)); }
    }

    internal static byte[] Safetensors(string header, int dataBytes = 0)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length);
        text.CopyTo(bytes, 8);
        return bytes;
    }

    /// <summary>A zip with these members, stored, in a folder as torch.save makes it.</summary>
    internal static void WriteMembers(string path, params (string Name, byte[] Content)[] members)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var (name, content) in members) { AddMember(zip, name, content); }
    }

    static void AddMember(ZipArchive zip, string name, ReadOnlySpan<byte> content)
    {
        using var stream = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
        stream.Write(content);
    }

    static byte[] StateDict(IReadOnlyList<WeightTensor> tensors, int? heads)
    {
        var pickle = new PickleWriter().Proto();
        if (heads is { } count) { pickle.EmptyDict().Text("args").Object("argparse", "Namespace").EmptyDict().Text("nheads").Long(count).Op('s', 'b', 's').Text("model"); }
        pickle.EmptyDict().Mark();
        for (var i = 0; i < tensors.Count; i++)
        {
            pickle.Text(tensors[i].Name).Tensor("FloatStorage", $"{i}", tensors[i].Data.Length, 0, tensors[i].Shape, Strides(tensors[i].Shape));
        }

        pickle.Op('u');
        return (heads is null ? pickle : pickle.Op('s')).Stop();
    }

    static long[] Strides(IReadOnlyList<long> shape) =>
        [.. Enumerable.Range(1, shape.Count).Select(axis => shape.Skip(axis).Aggregate(1L, (product, length) => product * length))];

    static ReadOnlySpan<byte> Bytes(float[] data, bool bigEndian)
    {
        if (!bigEndian) { return MemoryMarshal.AsBytes<float>(data); }
        var swapped = MemoryMarshal.Cast<float, int>(data).ToArray();
        BinaryPrimitives.ReverseEndianness(swapped, swapped);
        return MemoryMarshal.AsBytes<int>(swapped);
    }
}
