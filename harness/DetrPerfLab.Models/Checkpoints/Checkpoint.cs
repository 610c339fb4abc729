namespace DetrPerfLab.Models;

/// <summary>Reads the weights of a DETR or of a classifier from torch.save's two formats and safetensors, under official or Hugging Face names.</summary>
/// <remarks>Files come from strangers. Nothing in them is run; memory stays within a small multiple of the file's size; a wrong, truncated or hostile file
/// gives a <see cref="LabException"/> with <see cref="ExitCode.BadInput"/> that names the member, tensor or Python object at fault.</remarks>
static class Checkpoint
{
    /// <summary>All tensors as float32 under official names; the format is told by the content, the model by the shapes of its tensors.</summary>
    /// <param name="dilation">DC5: the last stage is dilated. Null: as the file's saved options say, else whether its name holds <c>dc5</c>.</param>
    /// <param name="name">The model's. Null: that of the zoo's model with these shapes, else the file's.</param>
    internal static WeightStore Load(string path, bool? dilation = null, string? name = null) => Read(path, (file, contents) =>
    {
        var (weights, config) = Infer(file, contents, dilation, name);
        return new WeightStore(config, WeightAssembler.Fit(file, config, weights), Path.GetFileName(file.Path), file.Sha256()) { Note = contents.Note };
    });

    /// <summary>The shape alone: no tensor is read.</summary>
    internal static ModelConfig ConfigOf(string path) => Read(path, (file, contents) => Infer(file, contents, null, null).Config);

    static T Read<T>(string path, Func<CheckpointFile, CheckpointContents, T> read)
    {
        using var file = CheckpointFile.Open(path);
        var contents = ReadContents(file);
        KnownNames.RefuseRelatives(file, contents.Tensors);
        try { return read(file, contents); }
        catch (LabException e) when (contents.Note is not null) { throw LabError.BadInput($"{e.Message} It was read so: {contents.Note}.", e); }
    }

    static (IReadOnlyDictionary<string, CollectedWeight> Weights, ModelConfig Config) Infer(CheckpointFile file, CheckpointContents contents, bool? dilation, string? name)
    {
        var weights = WeightAssembler.Collect(file, contents.Tensors);
        if (ClassifierNames.Infer(file, weights, name) is { } classifier) { return (weights, classifier); }
        var config = DetrShapes.Infer(file, weights) with
        {
            Dilation = dilation ?? contents.Dilation ?? Path.GetFileName(file.Path).Contains("dc5", StringComparison.OrdinalIgnoreCase),
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
        return (weights, config);
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

/// <summary>What a reader found in a file: the tensors of a model, unchecked, and what the file says that shapes do not show.</summary>
/// <param name="Heads">Attention heads, 1 to 1023; null when the file does not say.</param>
/// <param name="Note">Where in the file the weights were, and what was passed over; null where there is nothing to say.</param>
sealed record CheckpointContents(IReadOnlyList<StoredTensor> Tensors, bool? Dilation = null, int? Heads = null, string? Note = null)
{
    internal static CheckpointContents Of(IReadOnlyList<StoredTensor> all, string path = "")
    {
        var state = StateDict.Of(all, path, KnownNames.IsKnown);
        return new(state.Tensors) { Note = state.Note };
    }

    /// <summary>Finds the state dict in an unpickled object; <paramref name="locate"/> gives the bytes of a storage.</summary>
    internal static CheckpointContents FromPickle(CheckpointFile file, object? root, Func<PickleStorage, StoredBytes> locate)
    {
        if (root is not PickleDict dict)
        {
            throw NoStateDict(root is PickleOpaque made ? $"it holds the Python object '{made.Name.Printable()}' instead of a dict; nothing of it was run" : "its pickle holds no dict");
        }

        var found = StateDict.Find(dict);
        if (found.Count == 0) { throw NoStateDict("no dict in it holds tensors"); }
        var (path, state) = found.Select(f => (f.Path, f.Dict, Fit: StateDict.PrefixOf(NamesOf(f.Dict), KnownNames.IsKnown).Names))
            .OrderByDescending(f => f.Fit).ThenByDescending(f => StateDict.IsAveraged(f.Path)).Select(f => (f.Path, f.Dict)).First();
        var tensors = new List<StoredTensor>();
        foreach (var (key, value) in state.Entries)
        {
            if (key is not string name) { continue; }
            if (value is PickleOpaque needed && StateDict.PrefixOf([name], KnownNames.IsKnown).Names > 0)
            {
                throw NoStateDict($"tensor '{name.Printable()}' is made by the Python object '{needed.Name.Printable()}', which is not run");
            }

            if (value is not PickleTensor tensor) { continue; } // counters and the like that lie among weights
            if (tensor.Start < 0 || tensor.Start > long.MaxValue - tensor.Storage.View)
            {
                throw file.Damaged($"tensor '{name.Printable()}' begins at element {tensor.Start}");
            }

            tensors.Add(new(name, tensor.Storage.Type, tensor.Shape, tensor.Strides, tensor.Storage.View + tensor.Start, locate(tensor.Storage)));
        }

        var options = (dict["args"] as PickleNamespace)?.Attributes;
        return Of(tensors, path) with { Dilation = options?["dilation"] as bool?, Heads = options?["nheads"] is long and > 0 and < 1024 and var heads ? (int)heads : null };

        LabException NoStateDict(string what) => file.Unsupported(
            what,
            "Needed: a state dict, alone or inside a dict as training scripts save it. Save the weights alone: torch.save(model.state_dict(), FILE).");
    }

    static IEnumerable<string> NamesOf(PickleDict dict) => dict.Entries.Where(e => e.Value is PickleTensor).Select(e => e.Key).OfType<string>();
}
