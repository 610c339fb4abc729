namespace DetrPerfLab.Models;

/// <summary>What a reader found in a file: the tensors of its state dict, unchecked, and what the file says that shapes do not show.</summary>
/// <param name="Dilation">Whether the last stage is dilated (DC5); null when the file does not say.</param>
/// <param name="Heads">Attention heads, 1 to 1023; null when the file does not say.</param>
sealed record CheckpointContents(IReadOnlyList<StoredTensor> Tensors, bool? Dilation = null, int? Heads = null)
{
    /// <summary>Keys under which training scripts nest the state dict; DETR's own is the first.</summary>
    static readonly string[] s_nested = ["model", "state_dict", "model_state_dict"];

    /// <summary>Finds the state dict in an unpickled object; <paramref name="locate"/> gives the bytes of a storage.</summary>
    internal static CheckpointContents FromPickle(CheckpointFile file, object? root, Func<PickleStorage, StoredBytes> locate)
    {
        if (root is not PickleDict dict) { throw NoStateDict("its pickle holds no dict"); }
        var state = s_nested.Select(key => dict[key]).OfType<PickleDict>().FirstOrDefault() ?? dict;
        var tensors = new List<StoredTensor>();
        foreach (var (key, value) in state.Entries)
        {
            var name = key as string ?? throw NoStateDict("its dict has a key that is no string");
            if (value is not PickleTensor tensor) { throw NoStateDict($"entry '{name.Printable()}' of its dict is no tensor"); }
            if (tensor.Start < 0 || tensor.Start > long.MaxValue - tensor.Storage.View)
            {
                throw file.Damaged($"tensor '{name.Printable()}' begins at element {tensor.Start}");
            }

            tensors.Add(new(name, tensor.Storage.Type, tensor.Shape, tensor.Strides, tensor.Storage.View + tensor.Start, locate(tensor.Storage)));
        }

        var options = (dict["args"] as PickleNamespace)?.Attributes;
        return new(tensors, options?["dilation"] as bool?, options?["nheads"] is long and > 0 and < 1024 and var heads ? (int)heads : null);

        LabException NoStateDict(string found) => file.Unsupported(
            found,
            "Needed: a state dict, or {'model': state dict} as DETR's training script saves it. Save the weights alone: torch.save(model.state_dict(), FILE).");
    }
}
