using BenchmarkDotNet.Running;
using DetrPerfLab.Benchmarks;
using DetrPerfLab.Benchmarks.Infrastructure;
using DetrPerfLab.Engines;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>Results are joined by id, so an id once given stays. <c>LAB_UPDATE=1</c> adds new ones to the list.</summary>
public class BenchmarkIdTests
{
    static readonly string s_approved = Path.Combine(TestPaths.Fixtures, "benchmark-ids.txt");

    [Fact]
    public void Ids_OfAllSuites_AreTheApprovedOnes()
    {
        var ids = typeof(EngineBenchmarks).Assembly.GetTypes()
            .Where(t => t is { IsPublic: true, IsAbstract: false } && t.Name.EndsWith("Benchmarks", StringComparison.Ordinal))
            .SelectMany(t => BenchmarkConverter.TypeToBenchmarks(t).BenchmarksCases)
            .Select(ResultJoin.IdOf)
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (Environment.GetEnvironmentVariable("LAB_UPDATE") == "1") { File.WriteAllText(s_approved, string.Join('\n', ids) + "\n"); }
        Assert.Equal(File.ReadAllLines(s_approved), ids);
    }

    [Fact]
    public void Variants_OfAllSuites_AreRegistered()
    {
        foreach (var suite in new VariantBenchmarks[] { new EngineBenchmarks(), new PrecisionBenchmarks() })
        {
            Assert.Contains(VariantRegistry.Baseline, suite.Variants);
            Assert.All(suite.Variants, v => Assert.Equal(v, VariantRegistry.Get(v).Name));
        }
    }

    [Theory]
    [InlineData(new[] { "--quick", "--filter", "*X*" }, true, "detr-r50", new[] { "--filter", "*X*" })]
    [InlineData(new[] { "--model", "mine.pth" }, false, "mine.pth", new string[0])]
    public void Parse_OwnOptions_AreTakenOut(string[] args, bool quick, string model, string[] rest)
    {
        var options = RunOptions.Parse(args);
        Assert.Equal((quick, model), (options.Quick, options.Model));
        Assert.Equal(rest, options.Rest);
    }

    [Fact]
    public void Parse_ModelWithoutValue_SaysSo() => Assert.Throws<LabException>(() => RunOptions.Parse(["--model"]));
}
