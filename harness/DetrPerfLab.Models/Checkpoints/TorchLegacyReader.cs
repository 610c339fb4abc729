using System.Buffers.Binary;
using System.Numerics;

namespace DetrPerfLab.Models;

/// <summary>The format of torch.save before PyTorch 1.6: pickles of magic, version, system, object and storage keys, then the storages.</summary>
/// <remarks>Storages are little-endian even when a big-endian machine wrote them. Source: pytorch/pytorch, torch/serialization.py (_legacy_load) and
/// torch/csrc/generic/serialization.cpp (writeFileRaw).</remarks>
static class TorchLegacyReader
{
    const long ProtocolVersion = 1001;
    static readonly BigInteger s_magic = BigInteger.Parse("119547037146038801333356");

    /// <summary>How such a file begins: PROTO 2, then LONG1 with the ten bytes of the magic number.</summary>
    internal static ReadOnlySpan<byte> Signature => [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    internal static CheckpointContents Read(CheckpointFile file)
    {
        var head = file.Read(0, Math.Min(file.Length, TorchZipReader.MaxPickleBytes), "the pickles");
        var reader = new PickleReader(file, "legacy", head);
        if (reader.Read() is not BigInteger magic || magic != s_magic || reader.Read() is not ProtocolVersion)
        {
            throw file.Damaged($"its version is not {ProtocolVersion}");
        }

        reader.Read(); // sizes of C types on the writer's machine: the format does not depend on them
        var value = reader.Read();
        if (reader.Read() is not List<object?> keys) { throw file.Damaged("the list of storages is missing"); }

        var storages = Locate(file, reader, keys);
        return CheckpointContents.FromPickle(file, value, storage => storages.TryGetValue(storage.Key, out var bytes)
            ? bytes
            : throw file.Damaged($"storage '{storage.Key.Printable()}' is missing{(reader.UnknownStorages.Count == 0 ? "" : $", or lies behind one of type '{reader.UnknownStorages.Values.First().Printable()}', which is not known")}"));
    }

    /// <summary>Storages follow the pickles in the order of the list, each as an int64 count and its elements.</summary>
    static Dictionary<string, StoredBytes> Locate(CheckpointFile file, PickleReader reader, List<object?> keys)
    {
        var located = new Dictionary<string, StoredBytes>(StringComparer.Ordinal);
        long position = reader.Position;
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (var item in keys)
        {
            if (item is string skipped && reader.UnknownStorages.ContainsKey(skipped)) { break; } // how many bytes an element has is not known, and so neither what follows
            if (item is not string key || !reader.Storages.TryGetValue(key, out var storage))
            {
                throw file.Damaged($"the list of storages names '{(item as string ?? "something that is no name").Printable()}', which no tensor uses");
            }

            var name = key.Printable();
            file.Read(position, number, $"the length of storage '{name}'");
            var count = BinaryPrimitives.ReadInt64LittleEndian(number);
            position += number.Length;
            var length = (Int128)count * storage.Type.Size;
            if (count != storage.Count || count < 0 || length > file.Length - position)
            {
                throw file.Damaged(
                $"storage '{name}' has {count} elements of {storage.Type} at byte {position} of {file.Length}; its pickle says {storage.Count}");
            }

            if (!located.TryAdd(key, new StoredBytes(key, position, (long)length))) { throw file.Damaged($"storage '{name}' is listed twice"); }

            position += (long)length;
        }

        return located;
    }
}
