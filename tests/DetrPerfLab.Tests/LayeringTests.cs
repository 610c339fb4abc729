using System.Xml.Linq;

namespace DetrPerfLab.Tests;

/// <summary>Which project may reference which. A new edge is a design decision: it is made here, with its reason.</summary>
public class LayeringTests
{
    static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Core"] = [],
        ["Models"] = ["Core"],
        ["Onnx"] = ["Core", "Models"], // the DETR exporter turns a WeightStore into a graph
        ["Detection"] = ["Core"],
        ["Engines"] = ["Core", "Models", "Onnx", "Detection"], // a variant is calibrated on photographs, through its family's preprocessing
        ["Measure"] = ["Core", "Models", "Onnx"],
        ["Report"] = ["Core"],
        ["Cli"] = ["Core", "Models", "Onnx", "Detection", "Engines", "Measure", "Report"],
        ["Benchmarks"] = ["Core", "Models", "Onnx", "Detection", "Engines", "Measure", "Report"],
    };

    static readonly Dictionary<string, string[]> s_allowedPackages = new()
    {
        ["Core"] = [],
        ["Models"] = ["System.IO.Hashing"], // checksums of zip members
        ["Onnx"] = ["Google.Protobuf", "Grpc.Tools"],
        ["Detection"] = ["SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies"],
        ["Engines"] = ["Microsoft.ML.OnnxRuntime", "Microsoft.ML.OnnxRuntime.Gpu", "TorchSharp-cpu"],
        ["Measure"] = [],
        ["Report"] = ["ScottPlot"],
        ["Cli"] = ["Spectre.Console", "System.CommandLine"],
        ["Benchmarks"] = ["BenchmarkDotNet", "SixLabors.ImageSharp"], // ImageSharp is measured only, never fed strangers' files
    };

    public static TheoryData<string> Projects =>
        [.. Directory.EnumerateFiles(Path.Combine(TestPaths.RepoRoot, "harness"), "*.csproj", SearchOption.AllDirectories)
            .Append(Path.Combine(TestPaths.RepoRoot, "benchmarks", "DetrPerfLab.Benchmarks.csproj"))
            .Select(p => Path.GetRelativePath(TestPaths.RepoRoot, p))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectFile_References_PointDownwardsOnly(string project)
    {
        var document = XDocument.Load(Path.Combine(TestPaths.RepoRoot, project));
        var name = Path.GetFileNameWithoutExtension(project).Replace("DetrPerfLab.", "");
        var references = Values(document, "ProjectReference").Select(p => Path.GetFileNameWithoutExtension(p).Replace("DetrPerfLab.", ""));
        var packages = Values(document, "PackageReference");

        Assert.True(s_allowed.ContainsKey(name), $"project {name} has no place in the layering");
        Assert.Empty(references.Except(s_allowed[name]));
        Assert.Empty(packages.Except(s_allowedPackages[name]));
    }

    static IEnumerable<string> Values(XDocument project, string item) =>
        project.Descendants(item).Select(e => (string?)e.Attribute("Include")).OfType<string>();
}
