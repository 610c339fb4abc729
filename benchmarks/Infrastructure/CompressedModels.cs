namespace DetrPerfLab.Benchmarks;

/// <summary>The miniature made smaller: what the compression suite calls each model, and where it lies. What has only lost channels is made here; what was trained is committed.</summary>
static class CompressedModels
{
    static readonly int[] s_ratios = [20, 40, 60];
    static readonly Dictionary<string, VariantModel> s_known = [];

    internal static IReadOnlyList<string> Names { get; } =
    [
        CompressionRows.AsItIs,
        .. s_ratios.SelectMany(percent => (string[])[CompressionRows.Pruned(percent), CompressionRows.PrunedAndTuned(percent)]),
        CompressionRows.Student, CompressionRows.Taught,
    ];

    internal static VariantModel Of(string name)
    {
        if (s_known.TryGetValue(name, out var known)) { return known; }
        var folder = FolderOf(name);
        var file = Path.Combine(folder, "model.safetensors");
        if (!File.Exists(file)) { throw LabError.Missing($"'{name}' is not there. Make it: {CommandOf(name)}"); }
        // A folder's name, as the zoo gives it: all the files are called alike.
        return s_known[name] = Miniature.Of(file) with { Name = Path.GetFileName(folder) };
    }

    /// <summary>Makes what needs no training, and the scenes that INT8 ranges come from. In the host: cases only read.</summary>
    internal static void Make(string name)
    {
        Miniature.DrawCalibration();
        if (Ratio(name) is not { } percent) { return; }
        var source = ModelZoo.Default.Resolve(Miniature.Name);
        var weights = ModelZoo.Load(source);
        TrainedModels.Save(ChannelPruner.Prune(weights, percent / 100.0, ChannelPruner.ByScale(weights)), FolderOf(name));
    }

    /// <summary>Of what has only lost channels: how many per cent; null for what was trained.</summary>
    static int? Ratio(string name) => s_ratios.Where(percent => name == CompressionRows.Pruned(percent)).Select(percent => (int?)percent).FirstOrDefault();

    static string FolderOf(string name) => Ratio(name) is { } percent ? Path.Combine(LabPaths.ModelCache, "compression", $"{Miniature.Name}-cut-{percent}")
        : Path.Combine(LabPaths.Models, ZooName(name));

    static string ZooName(string name) => name switch
    {
        CompressionRows.AsItIs => Miniature.Name,
        CompressionRows.Student => $"{Miniature.Name}-student",
        CompressionRows.Taught => $"{Miniature.Name}-student-taught",
        _ => $"{Miniature.Name}-pruned-{PercentOf(name)}",
    };

    static int PercentOf(string prunedAndTuned) => s_ratios.First(percent => prunedAndTuned == CompressionRows.PrunedAndTuned(percent));

    static string CommandOf(string name)
    {
        var (folder, rate) = ($"models/{ZooName(name)}", "--learning-rate 4e-4");
        switch (name)
        {
            case CompressionRows.AsItIs: return $"./detrlab train mini --out {folder}";
            case CompressionRows.Student: return $"./detrlab train student --from {Miniature.Name} --steps 2500 {rate} --out {folder}";
            case CompressionRows.Taught: return $"./detrlab distill --teacher {Miniature.Name} --steps 2500 {rate} --out {folder}";
            default:
                var (percent, cut) = (PercentOf(name), $"models/cache/cut-{PercentOf(name)}");
                return FormattableString.Invariant($"./detrlab prune --model {Miniature.Name} --ratio {percent / 100.0} --out {cut} && ./detrlab train mini --from {cut}/model.safetensors --steps 1000 {rate} --out {folder}");
        }
    }
}
