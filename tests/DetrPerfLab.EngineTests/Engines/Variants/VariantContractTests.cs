using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>What holds for every registered variant; a new one is picked up by its line in the registry.</summary>
public sealed class VariantContractTests(VariantContractTests.Cache cache) : IClassFixture<VariantContractTests.Cache>
{
    static readonly VariantModel s_model = VariantModel.Synthetic(
        DetrConfig.DetrR50 with { Name = "tiny", BackboneDepth = 18, EncoderLayers = 1, DecoderLayers = 2, FeedForwardDim = 64, Queries = 10 }) with
    {
        Calibration = new() { Images = 2 },
    };

    /// <summary>What a machine may lack, by engine: what the refusal must say. All other variants run everywhere.</summary>
    static readonly Dictionary<EngineKind, string> s_mayLack = new() { [EngineKind.OrtCuda] = "GPU|CUDA|nvidia", [EngineKind.OrtTensorRt] = "GPU|CUDA|nvidia" };

    /// <summary>The expected gaps of this build and machine, with their reasons; found out by opening those variants.</summary>
    static readonly Lazy<Dictionary<string, LabException>> s_gaps = new(() =>
    {
        using var cache = new Cache();
        return VariantRegistry.All.Where(v => MayLack(v.Name) is not null)
            .Select(v => (v.Name, Lack: Lack(v, cache.Artefacts)))
            .Where(v => v.Lack is not null)
            .ToDictionary(v => v.Name, v => v.Lack!);
    });

    /// <summary>Those that must run here: a gap of one of them is a failure.</summary>
    public static TheoryData<string> Names => [.. VariantRegistry.All.Select(v => v.Name).Where(name => !s_gaps.Value.ContainsKey(name))];

    [Fact]
    public void Create_VariantThatLacksSomethingHere_Exit3AndWhat()
    {
        foreach (var (name, lack) in s_gaps.Value)
        {
            Assert.True(lack.ExitCode == ExitCode.Missing, $"{name}: {lack.ExitCode}, {lack.Message}");
            Assert.Matches(MayLack(name)!, lack.Message);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Variant_OnAPaddedBatch_AgreesWithItsReferenceAndRepeatsItself(string name)
    {
        var variant = VariantRegistry.Get(name);
        var inputs = SyntheticImages.CreateBatch(new ImageSize(128, 160), new ImageSize(96, 128));
        using var engine = Create(variant);
        var outputs = engine.Engine.AllocateOutputs(inputs);
        engine.Engine.Run(inputs, outputs);
        engine.Engine.Synchronize();

        var reference = ReferenceOutputs.ReferenceOf(variant);
        var expected = ReferenceOutputs.Get(s_model, reference, () => inputs, "padded batch", cache.Artefacts);
        var agreement = ReferenceOutputs.ThrowIfDiverged(variant, reference, expected, outputs);
        Assert.True(agreement.BoxesMaxAbs < 1, "boxes are fractions of the image");

        var first = outputs["logits"].Floats.ToArray();
        outputs["logits"].Floats.Clear();
        engine.Engine.Run(inputs, outputs);
        // Exact: the same kernels on the same input add in the same order.
        Assert.Equal(first, outputs["logits"].Floats.ToArray());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Variant_OnAFreshInput_FollowsItsReferenceAsTheAuditOfTimedRunsNeeds(string name)
    {
        const ulong Seed = 1;
        var variant = VariantRegistry.Get(name);
        var inputs = SyntheticImages.CreateBatch(new ImageSize(128, 160));
        using var engine = Create(variant);
        var reference = ReferenceOutputs.ReferenceOf(variant);
        var fresh = ReferenceOutputs.Get(s_model, reference, () => FreshInput.Of(inputs, Seed, 0), "one fresh", cache.Artefacts);
        var expected = new FreshReference(
            ReferenceOutputs.Get(s_model, reference, () => inputs, "one", cache.Artefacts), fresh, outputs => ReferenceOutputs.ThrowIfDiverged(variant, reference, fresh, outputs));
        var outputs = engine.Engine.AllocateOutputs(inputs);
        engine.Engine.Run(inputs, outputs);
        engine.Engine.Synchronize();
        var operation = new EngineOperation(engine.Engine, inputs, outputs);
        var audited = new AuditedOperation(
            new TensorSubject(name, operation, inputs, outputs, Seed), outputs, new() { Every = 2, Seed = Seed, MaxAbs = variant.RepeatBounds(outputs.Select(o => new TensorSpec(o.Name, o.Type, [])).ToList()) }, expected);

        for (var i = 0; i < 6; i++) { new LatencyMeter().Measure(audited); } // a refusal throws
        var end = audited.Replay();

        Assert.Equal(2, end.Replayed);
        TestContext.Current.SendDiagnosticMessage($"{name}: response {end.Response}");
        Assert.InRange(end.Response!.Value, 0.7, 1.3); // far from the half at which an engine is refused
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Variant_WithoutItsInput_SaysWhatIsMissing(string name)
    {
        using var engine = Create(VariantRegistry.Get(name));
        var inputs = SyntheticImages.CreateBatch(new ImageSize(64, 64));
        var outputs = engine.Engine.AllocateOutputs(inputs);
        var mistake = Assert.Throws<LabException>(() => engine.Engine.Run(new TensorSet(inputs["pixel_mask"]), outputs));
        Assert.Equal(ExitCode.BadInput, mistake.ExitCode);
        Assert.Contains("pixel_values", mistake.Message);
    }

    [Fact]
    public void Name_OfEach_IsTheTextOfItsParts() => Assert.All(VariantRegistry.All, v => Assert.Equal(v.Parts, VariantName.TryParse(v.Name)));

    [Fact]
    public void Get_UnknownName_ListsTheKnownOnes()
    {
        var mistake = Assert.Throws<LabException>(() => VariantRegistry.Get("ort-fp8"));
        Assert.Contains("ort-fp16", mistake.Message);
    }

    [Fact]
    public void ThrowIfDiverged_OutputsOfAnotherImage_AreRefused()
    {
        var variant = VariantRegistry.Get("ort-fp32");
        var (inputs, other) = (SyntheticImages.CreateBatch(new ImageSize(64, 64)), SyntheticImages.CreateBatchFrom(1, new ImageSize(64, 64)));
        using var engine = variant.Create(s_model, new EngineSettings(), cache.Artefacts);
        var (expected, actual) = (engine.Engine.AllocateOutputs(inputs), engine.Engine.AllocateOutputs(other));
        engine.Engine.Run(inputs, expected);
        engine.Engine.Run(other, actual);
        var mistake = Assert.Throws<LabException>(() => ReferenceOutputs.ThrowIfDiverged(variant, "itself", expected, actual));
        Assert.Equal(ExitCode.CheckFailed, mistake.ExitCode);
    }

    OpenedEngine Create(Variant variant) => variant.Create(s_model, new EngineSettings { Threads = 2 }, cache.Artefacts);

    static string? MayLack(string name) => s_mayLack.GetValueOrDefault(VariantName.TryParse(name)!.Engine);

    static LabException? Lack(Variant variant, ArtefactCache artefacts)
    {
        try
        {
            using var engine = variant.Create(s_model, new EngineSettings(), artefacts);
            return null;
        }
        catch (LabException lack)
        {
            return lack;
        }
    }

    public sealed class Cache : IDisposable
    {
        readonly TempFolder _folder = new();

        internal string Folder => _folder.Path;

        internal ArtefactCache Artefacts => new(_folder.Path);

        public void Dispose() => _folder.Dispose();
    }
}
