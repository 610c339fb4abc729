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
    internal static void WriteZip(string path, IEnumerable<WeightTensor> tensors, bool bigEndian = false, int? heads = null) =>
        WriteTree(path, heads is { } count ? [("args", new PythonObject("argparse", "Namespace") { State = [("nheads", (long)count)] }), ("model", DictOf(tensors))] : DictOf(tensors), bigEndian);

    /// <summary>The dict of a state dict, for <see cref="WriteTree"/>; <paramref name="prefix"/> stands before each name.</summary>
    internal static (string Key, object? Value)[] DictOf(IEnumerable<WeightTensor> tensors, string prefix = "") => [.. tensors.Select(t => (prefix + t.Name, (object?)t))];

    /// <summary>Any dict as torch.save writes it: values are dicts again (pairs), tensors, objects of Python, texts, whole numbers or null.</summary>
    internal static void WriteTree(string path, (string Key, object? Value)[] root, bool bigEndian = false)
    {
        var storages = new List<WeightTensor>();
        var pickle = new PickleWriter().Proto();
        Write(pickle, root, storages);
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        AddMember(zip, "archive/data.pkl", pickle.Stop());
        AddMember(zip, "archive/byteorder", bigEndian ? "big"u8 : "little"u8);
        for (var i = 0; i < storages.Count; i++) { AddMember(zip, $"archive/data/{i}", Bytes(storages[i].Data, bigEndian)); }
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

    static void Write(PickleWriter pickle, object? value, List<WeightTensor> storages)
    {
        switch (value)
        {
            case null: pickle.Op('N'); break;
            case string text: pickle.Text(text); break;
            case long number: pickle.Long(number); break;
            case WeightTensor tensor:
                pickle.Tensor("FloatStorage", $"{storages.Count}", tensor.Data.Length, 0, tensor.Shape, Strides(tensor.Shape));
                storages.Add(tensor);
                break;
            case PythonObject made:
                pickle.Object(made.Module, made.Name);
                if (made.State is not { } state) { break; }
                Write(pickle, state, storages);
                pickle.Op('b');
                break;
            case (string Key, object? Value)[] dict:
                pickle.EmptyDict().Mark();
                foreach (var (key, inner) in dict)
                {
                    pickle.Text(key);
                    Write(pickle, inner, storages);
                }

                pickle.Op('u');
                break;
            default: throw new ArgumentException($"{value.GetType()} has no form in a pickle", nameof(value));
        }
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

/// <summary>An object of a class of Python's, and the state that it is given.</summary>
sealed record PythonObject(string Module, string Name)
{
    internal (string Key, object? Value)[]? State { get; init; }
}
