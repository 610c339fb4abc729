namespace DetrPerfLab.Models;

/// <summary>Reads the weights of a DETR from torch.save's two formats and safetensors, under official or Hugging Face names.</summary>
/// <remarks>Files come from strangers. Nothing in them is run; memory stays within a small multiple of the file's size; a wrong, truncated or hostile file
/// gives a <see cref="LabException"/> with <see cref="ExitCode.BadInput"/> that names the member, tensor or Python object at fault.</remarks>
static class Checkpoint
{
    /// <summary>All tensors as float32 under official names; the format is told by the content, the model by the shapes of its tensors.</summary>
    /// <param name="dilation">DC5: the last stage is dilated. Null: as the file's saved options say, else whether its name holds <c>dc5</c>.</param>
    /// <param name="name">The model's. Null: that of the zoo's model with these shapes, else the file's.</param>
    internal static WeightStore Load(string path, bool? dilation = null, string? name = null)
    {
        using var file = CheckpointFile.Open(path);
        var contents = ReadContents(file);
        var weights = WeightAssembler.Collect(file, contents.Tensors);
        var config = DetrShapes.Infer(file, weights) with
        {
            Dilation = dilation ?? contents.Dilation ?? Path.GetFileName(path).Contains("dc5", StringComparison.OrdinalIgnoreCase),
        };
        config = config with { Heads = contents.Heads ?? config.Heads };
        if (config.HiddenDim % config.Heads != 0)
        {
            throw file.Unsupported(
                $"its hidden size {config.HiddenDim} cannot be split into {config.Heads} attention heads",
                "Give the checkpoint that training saved: its options (nheads) say how many there are.");
        }

        var known = DetrConfig.Zoo.FirstOrDefault(zoo => zoo with { Name = config.Name } == config);
        config = config with { Name = name ?? known?.Name ?? config.Name };
        return new WeightStore(config, WeightAssembler.Fit(file, config, weights), Path.GetFileName(path), file.Sha256());
    }

    internal static CheckpointContents ReadContents(CheckpointFile file)
    {
        Span<byte> head = stackalloc byte[(int)Math.Min(file.Length, 512)];
        file.Read(0, head, "the beginning");
        if (head.StartsWith("PK\x03\x04"u8)) { return TorchZipReader.Read(file); }
        if (head.StartsWith(TorchLegacyReader.Signature)) { return TorchLegacyReader.Read(file); }
        if (SafetensorsReader.Begins(head, file.Length)) { return SafetensorsReader.Read(file); }

        var found = head switch
        {
            _ when head.IsEmpty => "it is empty",
            _ when head.StartsWith("version https://git-lfs"u8) => "it is a Git LFS pointer; the weights themselves were not fetched (git lfs pull)",
            _ when head.TrimStart(" \r\n\t"u8).StartsWith("<"u8) => "it is a web page, most likely the error message of a download",
            _ when head.Length > 262 && head[257..].StartsWith("ustar"u8) => "it is a tar archive, the format of PyTorch before 0.2",
            _ => $"it begins with {Convert.ToHexStringLower(head[..Math.Min(8, head.Length)])}, which is no known format",
        };
        throw file.Unsupported(found, "Needed: a file of torch.save (.pth, .pt) or a .safetensors file.");
    }
}

/// <summary>What a reader found in a file: the tensors of its state dict, unchecked, and what the file says that shapes do not show.</summary>
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
