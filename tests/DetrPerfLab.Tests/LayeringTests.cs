using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DetrPerfLab.Tests;

/// <summary>Which project may reference which. A new edge is a design decision: it is made here, with its reason.</summary>
public partial class LayeringTests
{
    static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Core"] = [],
        ["Models"] = ["Core"],
        ["Onnx"] = ["Core", "Models"], // the DETR exporter turns a WeightStore into a graph
        ["Vision"] = ["Core"],
        ["Measure"] = ["Core"],
        // A variant is calibrated on photographs, through its family's preprocessing; a case of it opens ready to be measured.
        ["Engines"] = ["Core", "Models", "Onnx", "Vision", "Measure"],
        ["Serving"] = ["Core", "Vision", "Engines", "Measure"],
        ["Training"] = ["Core", "Vision", "Models", "Engines"],
        ["Report"] = ["Core"],
        ["Cli"] = ["Core", "Models", "Onnx", "Vision", "Engines", "Measure", "Report", "Serving", "Training"],
        ["Benchmarks"] = ["Core", "Models", "Onnx", "Vision", "Engines", "Measure", "Report", "Serving", "Training"], // Training: accuracy by the trained miniature
    };

    static readonly Dictionary<string, string[]> s_allowedPackages = new()
    {
        ["Core"] = [],
        ["Models"] = ["System.IO.Hashing"], // checksums of zip members
        ["Onnx"] = ["Google.Protobuf", "Grpc.Tools"],
        ["Vision"] = ["SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies"],
        ["Engines"] = ["Microsoft.ML.OnnxRuntime", "Microsoft.ML.OnnxRuntime.Gpu", "TorchSharp-cpu"],
        ["Measure"] = [],
        ["Serving"] = ["HdrHistogram", "Microsoft.AspNetCore.OpenApi", "OpenTelemetry.Exporter.Prometheus.AspNetCore", "OpenTelemetry.Extensions.Hosting"],
        ["Training"] = ["TorchSharp-cpu"], // gradients, which no other engine has
        ["Report"] = ["Perfolizer", "ScottPlot"], // Perfolizer finds the changes of a history
        ["Cli"] = ["Spectre.Console", "System.CommandLine"],
        ["Benchmarks"] = ["BenchmarkDotNet", "SixLabors.ImageSharp", "System.CommandLine"], // ImageSharp is measured only, never fed strangers' files
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

    /// <summary>A project is one namespace; its folders are rooms of it, and cost no using. Tests stand under the project that they test.</summary>
    [Fact]
    public void Namespace_OfEachFile_IsThatOfItsProject()
    {
        var offenders = new List<string>();
        foreach (var top in (string[])["harness", "benchmarks", "tests"])
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(TestPaths.RepoRoot, top), "*.cs", SearchOption.AllDirectories))
            {
                var parts = Path.GetRelativePath(TestPaths.RepoRoot, file).Split(Path.DirectorySeparatorChar);
                if (parts.Contains("obj") || parts.Contains("bin") || NamespaceLine().Match(File.ReadAllText(file)) is not { Success: true } found) { continue; }
                var needed = parts switch
                {
                    ["benchmarks", ..] => "DetrPerfLab.Benchmarks",
                    ["tests", "Shared", ..] => "DetrPerfLab.Tests",
                    ["tests", var project, var under, _, ..] => $"{project}.{under}",
                    [_, var project, ..] => project,
                    _ => "",
                };
                if (found.Groups[1].Value != needed) { offenders.Add($"{string.Join('/', parts)}: {found.Groups[1].Value}, needed {needed}"); }
            }
        }

        Assert.Empty(offenders);
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    static IEnumerable<string> Values(XDocument project, string item) =>
        project.Descendants(item).Select(e => (string?)e.Attribute("Include")).OfType<string>();
}
