using System.Text.Json;

namespace DetrPerfLab.Engines;

/// <summary>Outputs of another implementation for weights and images that follow from a formula.</summary>
sealed record ParityManifest
{
    public required string Reference { get; init; }
    public required string Weights { get; init; }
    public required IReadOnlyList<ParityCase> Cases { get; init; }
    internal string Folder { get; private set; } = "";

    internal static ParityManifest Load(string folder)
    {
        if (!Directory.Exists(folder)) { throw LabError.DirectoryNotFound(folder, "Give the folder of a parity manifest: --cases DIR"); }
        var path = Path.Combine(folder, "manifest.json");
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Give the folder of a parity manifest: --cases DIR"); }
        try
        {
            var manifest = JsonSerializer.Deserialize<ParityManifest>(InputFile.ReadText(path), LabJson.Foreign) ?? throw Unusable(path, "it is empty");
            if (manifest.Weights != "synthetic-v1") { throw Unusable(path, $"weights are '{manifest.Weights}', needed synthetic-v1"); }
            foreach (var @case in manifest.Cases) { @case.Check(path); }
            manifest.Folder = folder;
            return manifest;
        }
        catch (JsonException e) { throw Unusable(path, LabJson.ProblemOf(e), e); }
    }

    internal static LabException Unusable(string path, string found, Exception? inner = null) => LabError.BadInput(
        $"Parity manifest '{path}': {found}. Needed: the form of a manifest.json with cases, each with model, image_sizes_hw, logits and boxes.", inner);
}

/// <summary>One model of the zoo on one batch of images, with the logits [N, Q, C + 1] and boxes [N, Q, 4] that are expected.</summary>
sealed record ParityCase
{
    public required string Name { get; init; }
    public required string Model { get; init; }
    public required IReadOnlyList<IReadOnlyList<int>> ImageSizesHw { get; init; }
    public required ParityTensor Logits { get; init; }
    public required ParityTensor Boxes { get; init; }

    public IReadOnlyDictionary<string, ParityStage> Stages { get; init; } = new Dictionary<string, ParityStage>();
    internal DetrConfig Config => DetrConfig.Zoo.First(c => c.Name == Model);
    internal ImageSize[] Sizes => [.. ImageSizesHw.Select(s => new ImageSize(s[0], s[1]))];

    internal void Check(string path)
    {
        const int LargestSide = 4096;
        const int LargestBatch = 16;
        if (DetrConfig.Zoo.All(c => c.Name != Model)) { throw LabError.UnknownName($"model in '{path}', case '{Name}',", Model, DetrConfig.Zoo.Select(c => c.Name)); }
        if (ImageSizesHw.Count is 0 or > LargestBatch || ImageSizesHw.Any(s => s.Count != 2 || s.Any(side => side is < 1 or > LargestSide)))
        {
            throw ParityManifest.Unusable(path, $"case '{Name}' has image sizes other than 1 to {LargestBatch} pairs of 1 to {LargestSide} pixels");
        }
    }
}

/// <summary>A raw little-endian float32 file in the manifest's folder.</summary>
sealed record ParityTensor(string File, IReadOnlyList<long> Shape)
{
    internal float[] Read(string folder)
    {
        var path = Path.Combine(folder, File);
        if (Path.GetFileName(File) != File) { throw ParityManifest.Unusable(path, "the file lies outside the manifest's folder"); }
        if (!System.IO.File.Exists(path)) { throw LabError.FileNotFound(path, "The parity manifest names it."); }
        var needed = Shape.Aggregate(1L, (a, b) => a * b) * sizeof(float);
        var found = new FileInfo(path).Length;
        if (found != needed) { throw ParityManifest.Unusable(path, $"{found} bytes, needed {needed} for shape [{string.Join(',', Shape)}]"); }
        var values = new float[needed / sizeof(float)];
        Buffer.BlockCopy(System.IO.File.ReadAllBytes(path), 0, values, 0, (int)needed);
        return values;
    }
}

/// <summary>What is known of an inner tensor: its shape, mean, standard deviation (divided by n - 1, as PyTorch does) and first eight elements, row-major.</summary>
sealed record ParityStage(IReadOnlyList<long> Shape, double Mean, double Std, IReadOnlyList<double> First8);
