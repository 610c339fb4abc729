using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Variants of a detector that is given as an ONNX file.</summary>
public sealed class OnnxModelTests(TinyDetr tiny) : IClassFixture<TinyDetr>, IDisposable
{
    readonly TempFolder _folder = new();

    static readonly CalibrationChoice s_few = new() { Images = 2 }; // what is tested is not how good ranges are

    ArtefactCache Cache => new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Get_Fp32_IsTheFileItself()
    {
        var model = VariantModel.Of(tiny.WithoutMask, new());
        var artefact = Cache.Get(model, VariantRegistry.Get("ort-fp32").Recipe!);
        Assert.Equal(tiny.WithoutMask, artefact.Path);
        Assert.Equal(FileHash.Sha256(tiny.WithoutMask), artefact.Info.Sha256);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Create_TorchVariant_IsALackWithItsReason()
    {
        var lack = Assert.Throws<LabException>(() => VariantRegistry.Get("torch-fp32").Create(VariantModel.Of(tiny.WithMask, new()), new EngineSettings(), Cache));
        Assert.Equal(ExitCode.Missing, lack.ExitCode);
        Assert.Contains("checkpoint", lack.Message);
    }

    [Theory]
    [InlineData("ort-fp32")]
    [InlineData("ort-fp32-disabled")]
    [InlineData("ort-fp16")]
    [InlineData("ort-fp16-weights")]
    [InlineData("ort-int8-dynamic")]
    [InlineData("ort-int8-static")]
    public void Variant_OfADetrFile_AgreesWithItsReference(string name) => AssertAgrees(tiny.WithoutMask, name, new ImageSize(96, 128));

    [Theory]
    [InlineData("ort-fp32")]
    [InlineData("ort-fp32-disabled")]
    [InlineData("ort-fp16")]
    [InlineData("ort-fp16-weights")]
    [InlineData("ort-int8-dynamic")]
    [InlineData("ort-int8-static")]
    public void Variant_OfADeimFile_AgreesWithItsReference(string name) => AssertAgrees(TestPaths.Deim, name, new ImageSize(800, 1066));

    void AssertAgrees(string path, string name, ImageSize size)
    {
        var (model, variant) = (VariantModel.Of(path, s_few), VariantRegistry.Get(name));
        var inputs = model.CreateInputs(size);
        using var engine = variant.Create(model, new EngineSettings { Threads = 2 }, Cache);
        var outputs = engine.Engine.AllocateOutputs(inputs);
        engine.Engine.Run(inputs, outputs);
        var reference = ReferenceOutputs.ReferenceOf(variant, model);
        Assert.NotEqual(name, reference);
        var expected = ReferenceOutputs.Get(model, reference, () => inputs, "one picture", Cache);
        var agreement = ReferenceOutputs.ThrowIfDiverged(variant, reference, expected, outputs);
        Assert.Equal(!variant.IsExact, agreement.LogitsMaxAbs > ReferenceOutputs.LogitsBound);

        // What the file keeps is what was computed, integer labels included.
        var kept = ReferenceOutputs.Get(model, reference, () => inputs, "one picture", Cache);
        Assert.Equal(ReferenceOutputs.ThrowIfDiverged(variant, reference, kept, outputs), agreement);
    }

    [Fact]
    public void InputSize_FileThatFixesOne_Wins()
    {
        var model = VariantModel.Of(TestPaths.Deim, new());
        Assert.Equal(new ImageSize(320, 320), model.InputSize(new ImageSize(800, 1066)));
        Assert.Equal([1, 3, 320, 320], model.CreateInputs(new ImageSize(800, 1066))["images"].Shape.ToArray());
        Assert.Equal(new ImageSize(96, 128), VariantModel.Of(tiny.WithMask, new()).InputSize(new ImageSize(96, 128)));
    }

    [Fact]
    public void Get_PhotographsAndKeepList_MakeAnotherFile()
    {
        var photographs = Path.Combine(TestPaths.Fixtures, "images");
        var recipe = VariantRegistry.Get("ort-int8-static").Recipe!;
        var plain = Cache.Get(VariantModel.Of(tiny.WithoutMask, s_few), recipe).Info;
        var folder = Directory.CreateDirectory(_folder.File("photographs")).FullName;
        File.Copy(Path.Combine(photographs, "jpeg-420.jpg"), Path.Combine(folder, "a.jpg"));
        var calibrated = Cache.Get(VariantModel.Of(tiny.WithoutMask, s_few with { Folder = folder }), recipe).Info;
        var table = _folder.File("table.json");
        new SensitivityTable
        {
            InputSha256 = "",
            Groups = [new() { Group = "g", Nodes = ["backbone.conv1"], WorkShare = 0, SqnrDb = 0, Cosine = 0 }],
            KeepList = new(0, 0, true, ["g"], 1, 1),
        }.Save(table);
        var kept = Cache.Get(VariantModel.Of(tiny.WithoutMask, s_few with { Folder = folder, KeepList = table }), recipe);
        Assert.Equal(3, new[] { plain.Sha256, calibrated.Sha256, kept.Info.Sha256 }.Distinct().Count());
        Assert.Contains("keep-list", OnnxFile.Load(kept.Path).GetMetadata(ModelQuantizer.OptionsKey));
    }

    [Fact]
    public void Of_FileThatIsNoDetector_ListsTheKnownInterfaces()
    {
        OnnxFile.Save(QuantizationCases.All["opset-11"].Model(), _folder.File("x.onnx"));
        Assert.Contains("pixel_values", Assert.Throws<LabException>(() => VariantModel.Of(_folder.File("x.onnx"), new())).Message);
        Assert.Equal(ExitCode.BadInput, Assert.Throws<LabException>(() => VariantModel.Of(_folder.File("none.onnx"), new())).ExitCode);
    }
}
