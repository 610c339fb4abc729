using System.Text.RegularExpressions;
using BenchmarkDotNet.Running;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>Results are joined by id, so an id once given stays. <c>LAB_UPDATE=1</c> adds new ones to the list.</summary>
public partial class BenchmarkIdTests
{
    static readonly string s_approved = Path.Combine(TestPaths.Fixtures, "benchmark-ids.txt");

    static IEnumerable<Type> Classes => typeof(EngineBenchmarks).Assembly.GetTypes()
        .Where(t => t is { IsPublic: true, IsAbstract: false } && t.Name.EndsWith("Benchmarks", StringComparison.Ordinal));

    [Fact]
    public void Ids_OfAllSuites_AreTheApprovedOnes()
    {
        var ids = Classes
            .SelectMany(t => BenchmarkConverter.TypeToBenchmarks(t).BenchmarksCases)
            .Select(b => Threads().Replace(ResultJoin.IdOf(b), "Threads: n")) // as many rows as the machine has powers of two
                                                                              // Rows of a build with GPU support: approved in every build.
            .Concat(VariantRegistry.All.Where(v => v.Device != OrtDevice.Cpu).Select(v => ResultJoin.IdOf(typeof(PrecisionBenchmarks), nameof(PrecisionBenchmarks.Forward), new SuiteCase(v.Name))))
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (Environment.GetEnvironmentVariable("LAB_UPDATE") == "1") { File.WriteAllText(s_approved, string.Join('\n', ids) + "\n"); }
        Assert.Equal(File.ReadAllLines(s_approved), ids);
    }

    [Fact]
    public void Rows_OfAllSuites_DifferAndAreRegistered()
    {
        foreach (var suite in Classes.Select(t => (SuiteBenchmarks)Activator.CreateInstance(t)!))
        {
            var rows = suite.Cases.Select(c => c.ToString()).ToList();
            Assert.Equal(rows.Distinct(), rows);
            if (suite is ForwardBenchmarks) { Assert.All(suite.Cases, c => Assert.Equal(c.Variant, VariantRegistry.Get(c.Variant).Name)); }
        }
    }

    [Fact]
    public void Suites_OfTheCore_DescribeEveryClassAndAllThatItsRowsSet()
    {
        foreach (var suite in Classes)
        {
            var described = Assert.Single(Suites.All, s => s.Name == ResultJoin.SuiteOf(suite));
            var set = ((SuiteBenchmarks)Activator.CreateInstance(suite)!).Cases.SelectMany(c => c.Parameters.Select(p => p.Name));
            Assert.All(set, name => Assert.Contains(described.Parameters, p => p.Name == name));
        }
    }

    [Theory]
    [InlineData(new[] { "--quick", "--filter", "*X*" }, true, false, "detr-r50", new[] { "--filter", "*X*" })]
    [InlineData(new[] { "--model", "mine.pth", "--restart" }, false, true, "mine.pth", new[] { "--filter", "*" })]
    [InlineData(new[] { "--list", "flat" }, false, false, "detr-r50", new[] { "--list", "flat" })]
    public void Parse_OwnOptions_AreTakenOut(string[] args, bool quick, bool restart, string model, string[] rest)
    {
        var options = DetrPerfLab.Benchmarks.RunOptions.Parse(args);
        Assert.Equal((quick, restart, model), (options.Quick, options.Restart, options.Model));
        Assert.Equal(rest, options.Rest);
    }

    [Theory]
    [InlineData(new[] { "--filter", "*X*", "--restart", "--verbose" }, new string[0])]
    [InlineData(new[] { "--keep-list", "t.json", "--quick", "--calibrate", "photos", "--model", "mine.pth" }, new[] { "--quick", "--model", "mine.pth", "--calibrate", "photos", "--keep-list", "t.json" })]
    public void Given_OptionsThatChangeFigures_AreKeptForTheCommandThatRepeats(string[] args, string[] given) =>
        Assert.Equal(given, DetrPerfLab.Benchmarks.RunOptions.Parse(args).Given);

    [Fact]
    public void Parse_ModelWithoutValue_SaysSo() => Assert.Throws<LabException>(() => DetrPerfLab.Benchmarks.RunOptions.Parse(["--model"]));

    [GeneratedRegex(@"Threads: \d+")]
    private static partial Regex Threads();
}
