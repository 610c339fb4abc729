using System.Text;

namespace DetrPerfLab.Models;

/// <summary>torch.save since PyTorch 1.6: a zip with <c>NAME/data.pkl</c>, a member <c>NAME/data/KEY</c> a storage, <c>NAME/byteorder</c> since 2.1.</summary>
static class TorchZipReader
{
    internal const int MaxPickleBytes = 32 << 20; // a state dict's pickle has some 100 bytes a tensor; the memory for reading it is bounded by this

    internal static CheckpointContents Read(CheckpointFile file)
    {
        var members = ZipDirectory.Read(file);
        var pickles = members.Keys.Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.Count(c => c == '/') == 1).ToList();
        if (pickles is not [var pickle])
        {
            throw file.Unsupported($"it is a zip with {pickles.Count} members NAME/data.pkl, needed one", "Give a file that torch.save wrote.");
        }

        var root = pickle[..^"data.pkl".Length];
        if (members.ContainsKey($"{root}constants.pkl"))
        {
            throw file.Unsupported(
                "it is a TorchScript module, not a state dict",
                "Run it with --engine torchscript, or save the weights: torch.save(model.state_dict(), FILE).");
        }

        var bigEndian = members.TryGetValue($"{root}byteorder", out var order) && ByteOrder(file, order);
        if (members[pickle].Length > MaxPickleBytes)
        {
            throw file.Damaged($"zip member '{pickle}' has {members[pickle].Length} bytes, the limit is {MaxPickleBytes}");
        }

        var value = new PickleReader(file, pickle, file.Read(members[pickle])).Read();
        return CheckpointContents.FromPickle(file, value, storage =>
        {
            if (!members.TryGetValue($"{root}data/{storage.Key}", out var bytes))
            {
                throw file.Damaged($"zip member '{root}data/{storage.Key.Printable()}' is missing");
            }

            if ((Int128)storage.Count * storage.Type.Size != bytes.Length)
            {
                throw file.Damaged($"zip member '{bytes.Name}' has {bytes.Length} bytes, its pickle says {storage.Count} elements of {storage.Type}");
            }

            return bytes with { Swapped = bigEndian ? storage.Type.Size : 1 };
        });
    }

    static bool ByteOrder(CheckpointFile file, StoredBytes member) =>
        (member.Length <= 8 ? Encoding.ASCII.GetString(file.Read(member)) : "") switch
        {
            "little" => false,
            "big" => true,
            _ => throw file.Damaged($"zip member '{member.Name}' holds neither 'little' nor 'big'"),
        };
}
