namespace DetrPerfLab.Models;

/// <summary>Reads the weights of a DETR from torch.save's two formats and safetensors, under official or Hugging Face names.</summary>
/// <remarks>
/// Files come from strangers. Nothing in them is run; memory stays within a small multiple of the file's size; a wrong, truncated or hostile
/// file gives a <see cref="LabException"/> with <see cref="ExitCode.BadInput"/> that names the member, tensor or Python object at fault.
/// </remarks>
public static class Checkpoint
{
    /// <summary>Loads a checkpoint; the format is told by its content, the model by the shapes of its tensors.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What shapes do not show.</param>
    /// <returns>
    /// All tensors as float32 under official names; <see cref="WeightStore.Source"/> is the file's name, <see cref="WeightStore.Sha256"/> its hash.
    /// </returns>
    public static WeightStore Load(string path, CheckpointOptions? options = null)
    {
        options ??= new CheckpointOptions();
        using var file = CheckpointFile.Open(path);
        var contents = ReadContents(file);
        var weights = WeightAssembler.Collect(file, contents.Tensors);
        var config = Describe(path, contents, options, DetrShapes.Infer(path, weights));
        return new WeightStore(config, WeightAssembler.Fit(file, config, weights), Path.GetFileName(path), file.Sha256());
    }

    /// <summary>Reads the list of tensors of any format.</summary>
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
        throw LabError.CheckpointUnsupported(file.Path, found, "Needed: a file of torch.save (.pth, .pt) or a .safetensors file.");
    }

    static DetrConfig Describe(string path, CheckpointContents contents, CheckpointOptions options, DetrConfig shapes)
    {
        var heads = options.Heads ?? contents.Heads ?? shapes.Heads;
        if (heads < 1 || shapes.HiddenDim % heads != 0)
        {
            throw LabError.CheckpointUnsupported(
                path, $"its hidden size {shapes.HiddenDim} cannot be split into {heads} attention heads", "Say how many heads the model has.");
        }

        var config = shapes with
        {
            Heads = heads,
            Dilation = options.Dilation ?? contents.Dilation ?? Path.GetFileName(path).Contains("dc5", StringComparison.OrdinalIgnoreCase),
        };
        var known = DetrConfig.Zoo.FirstOrDefault(zoo => zoo with { Name = config.Name } == config);
        return config with { Name = options.Name ?? known?.Name ?? config.Name };
    }
}
