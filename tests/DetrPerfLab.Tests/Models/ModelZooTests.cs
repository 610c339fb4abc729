namespace DetrPerfLab.Tests.Models;

/// <summary>What names mean. A ResNet-18 model with one layer stands for the big ones.</summary>
public sealed class ModelZooTests : IDisposable
{
    static readonly DetrConfig s_config = new()
    {
        Name = "detr_tiny",
        BackboneDepth = 18,
        HiddenDim = 16,
        EncoderLayers = 1,
        DecoderLayers = 1,
        FeedForwardDim = 8,
        Queries = 3,
        Classes = 2,
    };

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Models_OfTheRepository_AreTheOriginalZoo()
    {
        var models = ModelZoo.Default.Models;
        Assert.Equal(DetrConfig.Zoo, models.Select(model => model.Config).OfType<DetrConfig>());
        Assert.Equal(["detr-r50", "detr-r50-dc5", "detr-r101", "detr-r101-dc5", "resnet50", "resnet50-v2", "vit-b-16"], models.Select(model => model.Name));
        Assert.Equal([ResNetConfig.ResNet50, VitConfig.VitB16], models.Where(m => m.Name is "resnet50" or "vit-b-16").Select(m => m.Config));
        Assert.All(models, model =>
        {
            Assert.Equal("https", model.Url.Scheme);
            Assert.EndsWith($"-{model.Sha256Head}.pth", model.FileName);
            Assert.Equal(8, model.Sha256Head.Length);
            if (model.Config is DetrConfig) { Assert.InRange(model.Published.CocoAp!.Value, 0.4, 0.5); }
            else { Assert.InRange(model.Published.Top1!.Value, 0.75, 0.82); }
        });
    }

    [Fact]
    public void Resolve_NotFetched_GivesSyntheticWeightsAndSaysSo()
    {
        var zoo = Zoo("00000000");
        Assert.All((string[])["detr-tiny", "detr_tiny"], name =>
        {
            var model = zoo.Resolve(name);
            Assert.Equal((WeightsKind.Synthetic, "detr-tiny-synthetic"), (model.Kind, model.Name));
            Assert.Contains("detrlab models fetch detr-tiny", model.Note);
        });
        Assert.Null(zoo.Resolve("detr-tiny-synthetic").Note);
        Assert.Equal("synthetic-v1", ModelZoo.Load(zoo.Resolve("detr-tiny")).Source);
    }

    [Fact]
    public void Load_NotFetched_SaysHowToFetchIt()
    {
        var mistake = Assert.Throws<LabException>(() => ModelZoo.Load(Zoo("00000000").List().First(model => model.Kind == WeightsKind.Official)));
        Assert.Equal(ExitCode.Missing, mistake.ExitCode);
        Assert.Contains("detrlab models fetch detr-tiny", mistake.Message);
    }

    [Fact]
    public async Task Fetch_Official_IsUsedFromThenOn()
    {
        var bytes = File.ReadAllBytes(WriteCheckpoint("official.pth"));
        using var server = new BrokenServer(c => c.Send($"200 OK\r\nContent-Length: {bytes.Length}", bytes));
        var zoo = Zoo(FileHash.Sha256(_folder.File("official.pth"))[..8], server.Url);

        var path = await zoo.FetchAsync("detr-tiny");
        Assert.Equal(path, await zoo.FetchAsync("detr_tiny"));
        Assert.Single(server.Requests);

        var model = zoo.Resolve("detr-tiny");
        Assert.Equal((WeightsKind.Official, path), (model.Kind, model.Path));
        Assert.Equal(s_config, ModelZoo.Load(zoo.Resolve("detr-tiny")).Config);
        Assert.Equal(WeightsKind.Synthetic, zoo.Resolve("detr-tiny-synthetic").Kind);
    }

    [Fact]
    public void Load_CacheChangedByHand_IsRefused()
    {
        var zoo = Zoo("00000000");
        Directory.CreateDirectory(_folder.File("cache"));
        File.Copy(WriteCheckpoint("m.pth"), Path.Combine(_folder.File("cache"), zoo.Models[0].FileName));
        Assert.Contains("needed one that begins with 00000000", Assert.Throws<LabException>(() => ModelZoo.Load(zoo.Resolve("detr-tiny"))).Message);
    }

    [Fact]
    public void Import_OfficialFile_IsKnownByItsHash()
    {
        var file = WriteCheckpoint("copied-from-usb.pth");
        var model = Zoo(FileHash.Sha256(file)[..8]).Import(file);
        Assert.Equal((WeightsKind.Official, "detr-tiny"), (model.Kind, model.Name));
    }

    [Fact]
    public void Import_OtherFile_GetsItsOwnName()
    {
        var zoo = Zoo("00000000");
        var file = WriteCheckpoint("mine-dc5.pth");
        Assert.Equal("mine-dc5", zoo.Import(file).Name);
        Assert.Equal("second", zoo.Import(file, "second").Name);
        Assert.Equal("mine-dc5", zoo.Import(file).Name); // the same file again is no mistake
        Assert.True(ModelZoo.Load(zoo.Resolve("mine-dc5")).Config.Dilation);
        Assert.Equal(["detr-tiny False", "detr-tiny-synthetic True", "mine-dc5 True", "second True"], zoo.List().Select(model => $"{model.Name} {model.AtHand}"));
        Assert.Equal("mine-dc5.pth", ModelZoo.Load(zoo.Resolve(file)).Source);
    }

    /// <summary>What lies in models/NAME/ of the checkout is a model of that name.</summary>
    [Fact]
    public void Resolve_TrainedModel_IsFoundByItsFolder()
    {
        SafetensorsWriter.Save(SyntheticWeights.Create(s_config), Directory.CreateDirectory(_folder.File("models/detr-small")).FullName + "/model.safetensors");
        var zoo = new ModelZoo(_folder.File("cache"), [], _folder.File("models"));
        var model = Assert.Single(zoo.List());
        Assert.Equal(("detr-small", WeightsKind.Trained, true), (model.Name, model.Kind, model.AtHand));
        Assert.Equal(s_config with { Name = "detr-small" }, ModelZoo.Load(zoo.Resolve("detr-small")).Config);
        Assert.Contains("A model named 'detr-small' is there already", Assert.Throws<LabException>(() => zoo.Import(WriteCheckpoint("m.pth"), "detr-small")).Message);
    }

    [Fact]
    public void Import_UnfitName_IsRefused()
    {
        var zoo = Zoo("00000000");
        zoo.Import(WriteCheckpoint("mine.pth"));
        var other = WriteCheckpoint("other.pth", queries: 4);
        Assert.All((string[])["detr-tiny", "detr_tiny", "mine"], name =>
            Assert.Contains($"A model named '{name}' is there already", Assert.Throws<LabException>(() => zoo.Import(other, name)).Message));
        Assert.All((string[])["../escape", ".hidden", "x-synthetic", ""], name =>
            Assert.Contains("needs 1 to 64 letters", Assert.Throws<LabException>(() => zoo.Import(other, name)).Message));
    }

    [Fact]
    public void Import_DamagedFile_LeavesNothing()
    {
        var file = WriteCheckpoint("cut.pth");
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^100]);
        Assert.Throws<LabException>(() => Zoo("00000000").Import(file));
        Assert.False(Directory.Exists(_folder.File("cache")));
    }

    [Fact]
    public void Resolve_UnknownName_ListsTheKnown()
    {
        var zoo = Zoo("00000000");
        Assert.Contains("Known: detr-tiny, detr-tiny-synthetic.", Assert.Throws<LabException>(() => zoo.Resolve("yolo")).Message);
        Assert.Contains("was not found", Assert.Throws<LabException>(() => zoo.Resolve("nowhere/m.pth")).Message);
    }

    [Fact]
    public async Task Fetch_SyntheticName_SaysThatNothingIsNeeded() =>
        Assert.Contains("needs no download", (await Assert.ThrowsAsync<LabException>(() => Zoo("00000000").FetchAsync("detr-tiny-synthetic"))).Message);

    ModelZoo Zoo(string sha256Head, Uri? url = null) => new(_folder.File("cache"), [ModelZoo.Default.Models[0] with
    {
        Name = "detr-tiny",
        Config = s_config,
        Url = url ?? new Uri("https://localhost/tiny-00000000.pth"),
        Sha256Head = sha256Head,
    }]);

    string WriteCheckpoint(string name, int queries = 3)
    {
        var path = _folder.File(name);
        CheckpointWriter.WriteZip(path, SyntheticWeights.Create(s_config with { Queries = queries }).Tensors);
        return path;
    }
}
