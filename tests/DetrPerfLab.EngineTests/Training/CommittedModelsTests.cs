using System.Text.Json;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Training;

/// <summary>The trained models of this checkout: small, whole, and what their logs say of them.</summary>
[Collection(nameof(Alone))] // libtorch's threads are of the process
public class CommittedModelsTests
{
    const int LargestBytes = 12_000_000;

    static readonly string s_models = Path.Combine(TestPaths.RepoRoot, "models");

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(s_models, "model.safetensors", SearchOption.AllDirectories).Select(Path.GetDirectoryName).Where(folder => Path.GetDirectoryName(folder) == s_models).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Model_OfThisCheckout_IsSmallListedAndThatOfItsLog(string name)
    {
        var known = ModelZoo.Default.List().Single(m => m.Name == name);
        Assert.Equal(WeightsKind.Trained, known.Kind);
        Assert.InRange(new FileInfo(known.Path!).Length, 1, LargestBytes);

        var (options, last) = LogOf(name);
        var config = (DetrConfig)ModelZoo.Describe(known).Config;
        Assert.Equal(options.GetProperty("config").GetProperty("queries").GetInt32(), config.Queries);
        Assert.Equal(options.GetProperty("config").GetProperty("encoderLayers").GetInt32(), config.EncoderLayers);
        Assert.Equal(options.GetProperty("steps").GetInt64(), last.GetProperty("step").GetInt64());
    }

    /// <summary>AP on scenes that the log's was not taken on, by another engine. Each is of some hundred scenes: a difference of six points is beyond their noise.</summary>
    [Fact]
    public void Model_Mini_FindsOnOtherScenesWhatItsLogSays()
    {
        using var folder = new TempFolder();
        var summary = new SceneJudge(folder.File("scenes"), 100, SceneDataset.JudgingSeed).Judge(VariantModel.Of("detr-mini"), "ort-fp32", new(folder.File("cache"))).Evaluation.Summary;
        var (_, last) = LogOf("detr-mini");
        Assert.Equal(last.GetProperty("ap").GetDouble(), summary.Ap!.Value, 0.06);
        Assert.Equal(last.GetProperty("ap50").GetDouble(), summary.Ap50!.Value, 0.06);
    }

    static (JsonElement Options, JsonElement Last) LogOf(string name)
    {
        var log = JsonDocument.Parse(File.ReadAllText(Path.Combine(s_models, name, "training.json"))).RootElement;
        return (log.GetProperty("options"), log.GetProperty("progress").EnumerateArray().Last());
    }
}
