using DetrPerfLab.EngineTests.Cli;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>What the GPU variants say where they cannot run; that they compute rightly is tested with all variants, where there is a GPU.</summary>
public class GpuTests(TinyDetr model) : IClassFixture<TinyDetr>
{
    static readonly string[] s_none = ["CPUExecutionProvider"];

    public static TheoryData<string> Names => [.. VariantRegistry.All.Where(v => v.Device != OrtDevice.Cpu).Select(v => v.Name)];

    [Fact]
    public void Registry_KnowsTheFour() =>
        Assert.Equal(["ort-cuda-fp32", "ort-cuda-fp16", "ort-tensorrt-fp16", "ort-tensorrt-int8"], Names.Select(n => n.Data));

    [Theory]
    [MemberData(nameof(Names))]
    public void Detect_WithoutAGpu_Exits3WithWhatIsMissingAndHowToGetIt(string name)
    {
        var device = VariantRegistry.Get(name).Device;
        var absent = GpuLibraries.Absent(GpuLibraries.Of(device));
        Assert.SkipWhen(absent.Count == 0, "this machine has the libraries of a GPU");
        using var folder = new TempFolder();
        var run = CliRun.Of("detect", Path.Combine(TestPaths.Fixtures, "images", "jpeg-420.jpg"), "--model", model.WithoutMask, "--engine", name, "--out", folder.File("out"));

        Assert.Equal(3, run.ExitCode);
        Assert.All(absent, library => Assert.Contains(library, run.Error));
        Assert.Contains(VariantRegistry.OnGpu.Count > 0 ? "LD_LIBRARY_PATH" : "dotnet build -c Release -p:Gpu=true", run.Error);
        Assert.False(Directory.Exists(folder.File("out")));
    }

    [Theory]
    [InlineData(OrtDevice.Cuda, "CUDAExecutionProvider")]
    [InlineData(OrtDevice.TensorRt, "TensorrtExecutionProvider")]
    public void Require_BuildWithoutTheProvider_SaysHowToBuild(OrtDevice device, string provider)
    {
        var lack = Assert.Throws<LabException>(() => GpuLibraries.Require(device, s_none));
        Assert.Equal(ExitCode.Missing, lack.ExitCode);
        Assert.Contains($"no {provider}", lack.Message);
        Assert.Contains("-p:Gpu=true", lack.Message);
    }

    [Fact]
    public void Require_ProviderWithoutLibraries_NamesEachAndItsSource()
    {
        Assert.SkipWhen(GpuLibraries.Absent(GpuLibraries.Of(OrtDevice.TensorRt)).Count == 0, "this machine has the libraries of a GPU");
        var lack = Assert.Throws<LabException>(() => GpuLibraries.Require(OrtDevice.TensorRt, ["TensorrtExecutionProvider"]));
        Assert.Equal(ExitCode.Missing, lack.ExitCode);
        Assert.Contains(OperatingSystem.IsWindows() ? "nvinfer_10.dll (TensorRT 10" : "libnvinfer.so.10 (TensorRT 10", lack.Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void File_OnTheProcessor_ComputesAsItsVariantMust(string name)
    {
        using var folder = new TempFolder();
        var (source, variant, cache) = (VariantModel.Of(model.WithoutMask, new() { Images = 2 }), VariantRegistry.Get(name), new ArtefactCache(folder.Path));
        var inputs = source.CreateInputs(new ImageSize(96, 128));
        using var engine = new OrtEngine(cache.Get(source, variant.Recipe!).Path, new OrtEngineOptions());
        var outputs = engine.AllocateOutputs(inputs);
        engine.Run(inputs, outputs);

        var reference = ReferenceOutputs.ReferenceOf(variant, source);
        ReferenceOutputs.ThrowIfDiverged(variant, reference, ReferenceOutputs.Get(source, reference, () => inputs, "one picture", cache), outputs);
    }

    [Fact]
    public void Absent_NamesOnlyWhatDoesNotLoad() =>
        Assert.Equal(["libnone.so.7 (nowhere)"], GpuLibraries.Absent([new(OperatingSystem.IsMacOS() ? "libSystem.dylib" : "libc.so.6", "kernel32.dll", "the system"), new("libnone.so.7", "libnone.so.7", "nowhere")]));

    [Fact]
    public void Parse_LineOfNvidiaSmi_GivesMemoryAndUse()
    {
        var gpu = NvidiaSmi.Parse("Tesla T4, 580.65.06, 1034, 15360, 97\n");
        Assert.Equal(new() { Name = "Tesla T4, driver 580.65.06", UsedBytes = 1034L << 20, TotalBytes = 15360L << 20, Use = 0.97 }, gpu);
        var findings = (gpu with { ToDevice = new(2, 13_646_000), ToHost = new(2, 38_400) }).Findings().Select(f => f.Figure);
        Assert.Equal(["2 tensors, 13.65 MB to the GPU, 2 tensors, 0.04 MB back", "Tesla T4, driver 580.65.06: 1034 of 15360 MiB, 97 %"], findings);
    }

    [Theory]
    [InlineData("NVIDIA H100 MIG, 580.65.06, 1034, 15360, [N/A]")]
    [InlineData("No devices were found")]
    [InlineData("")]
    public void Parse_FigureThatIsNotTold_IsAbsentWithTheReason(string csv)
    {
        var gpu = NvidiaSmi.Parse(csv);
        Assert.Null(gpu.Use);
        Assert.Contains($"'{csv}'", gpu.Reason);
        Assert.Contains(gpu.Findings(), f => f.Text.Contains(gpu.Reason!, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_OnTheProcessor_TellsOfNoGpu()
    {
        using var engine = new OrtEngine(model.WithoutMask, new OrtEngineOptions());
        Assert.Null(engine.ReadGpu());
    }
}
