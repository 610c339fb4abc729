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

    /// <summary>The shape, and what is to be said of the reading; no tensor is read.</summary>
    internal static (ModelConfig Config, string? Note) Describe(string path) => Read(path, (file, contents) => (Infer(file, contents, null, null).Config, contents.Note));

    static T Read<T>(string path, Func<CheckpointFile, CheckpointContents, T> read)
    {
        using var file = CheckpointFile.Open(path);
        var contents = ReadContents(file);
        Relatives.Refuse(file, contents.Tensors);
        try { return read(file, contents); }
        catch (LabException e) when (contents.Note is not null) { throw LabError.BadInput($"{e.Message} It was read so: {contents.Note}.", e); }
    }

    static (IReadOnlyDictionary<string, CollectedWeight> Weights, ModelConfig Config) Infer(CheckpointFile file, CheckpointContents contents, bool? dilation, string? name)
    {
        const int Shown = 5;
        var weights = WeightAssembler.Collect(file, contents.Tensors);
        string[] strange = [.. contents.Tensors.Select(t => t.Name).Where(n => !KnownNames.IsKnown(n))];
        var first = $"{string.Join(", ", strange.Take(Shown).Select(CheckpointText.Printable))}{(strange.Length > Shown ? $" and {strange.Length - Shown} more" : "")}";
        if (strange.Length == contents.Tensors.Count)
        {
            throw file.Unsupported(
                strange.Length == 0 ? "no tensor of a model is in it" : $"its tensors have names of no model that is built here: {first}",
                $"Expected: names such as {KnownNames.Examples}. Other models: export them to ONNX and name that file.");
        }

        try { return (weights, ConfigOf(file, contents, weights, dilation, name)); }
        catch (LabException e) when (strange.Length > 0) { throw LabError.BadInput($"{e.Message} Names that belong to no model here: {first}.", e); }
    }

    static ModelConfig ConfigOf(CheckpointFile file, CheckpointContents contents, IReadOnlyDictionary<string, CollectedWeight> weights, bool? dilation, string? name)
    {
        if (ClassifierNames.Infer(file, weights, name) is { } classifier) { return classifier; }
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
        return config with { Name = name ?? known?.Name ?? config.Name };
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
