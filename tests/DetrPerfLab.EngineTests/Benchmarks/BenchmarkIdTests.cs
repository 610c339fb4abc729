using System.Text.RegularExpressions;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Running;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>Results are joined by id, so an id once given stays. <c>LAB_UPDATE=1</c> adds new ones to the list.</summary>
public partial class BenchmarkIdTests
{
    static readonly string s_approved = Path.Combine(TestPaths.Fixtures, "benchmark-ids.txt");

    [Fact]
    public void Ids_OfAllSuites_AreTheApprovedOnes()
    {
        var ids = LabConfig.Suites
            .SelectMany(t => BenchmarkConverter.TypeToBenchmarks(t).BenchmarksCases)
            .Select(b => Threads().Replace(SuiteCase.IdOf(b), "Threads: n")) // as many rows as the machine has powers of two
                                                                             // Rows of a build with GPU support: approved in every build.
            .Concat(VariantRegistry.All.Where(v => v.Device != OrtDevice.Cpu).Select(v => SuiteCase.IdOf(typeof(PrecisionBenchmarks), new SuiteCase(v.Name))))
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (Environment.GetEnvironmentVariable("LAB_UPDATE") == "1") { File.WriteAllText(s_approved, string.Join('\n', ids) + "\n"); }
        Assert.Equal(File.ReadAllLines(s_approved), ids);
    }

    [Fact]
    public void Rows_OfAllSuites_DifferAndAreRegistered()
    {
        foreach (var suite in LabConfig.Suites)
        {
            var rows = RowsOf(suite);
            Assert.Equal(rows.Select(r => r.ToString()).Distinct(), rows.Select(r => r.ToString()));
            if (suite.IsSubclassOf(typeof(SuiteBenchmarks))) { Assert.All(rows, c => Assert.Equal(c.Variant, VariantRegistry.Get(c.Variant).Name)); }
        }
    }

    [Fact]
    public void Suites_OfTheCore_DescribeEveryClassAndAllThatItsRowsSet()
    {
        foreach (var suite in LabConfig.Suites)
        {
            var described = Assert.Single(Suites.All, s => s.Name == SuiteCase.SuiteOf(suite));
            var set = RowsOf(suite).SelectMany(c => c.Parameters.Select(p => p.Name));
            Assert.All(set, name => Assert.Contains(described.Parameters, p => p.Name == name));
        }
    }

    /// <summary>A file that fixes its size would time that one under the name of another.</summary>
    [Fact]
    public void Takes_FileOfFixedSize_RefusesOtherSizes()
    {
        static VariantModel Detr(Dimension height, Dimension width) => new("detr", "id", () => throw new NotSupportedException(), ModelUse.Of(
            new("The model", [new TensorSpec("pixel_values", ElementType.Float32, [1, 3, height, width])], DetrInterface.OutputsOfAny), new() { Family = "detr" }));
        Assert.True(BenchmarkModel.Takes(Detr(640, 640), [BenchmarkModel.DefaultSize])); // as its own
        Assert.False(BenchmarkModel.Takes(Detr(640, 640), [new(512, 682)]));
        Assert.False(BenchmarkModel.Takes(Detr(640, 640), [BenchmarkModel.DefaultSize, BenchmarkModel.DefaultSize]));
        Assert.True(BenchmarkModel.Takes(Detr("H", "W"), [new(512, 682), new(800, 1066)]));
    }

    /// <summary>Each row of the classifiers says its model, and every variant is measured beside the plain eager one; four threads only where there are four cores.</summary>
    [Fact]
    public void Rows_OfClassifiers_HaveTheirBaselineAndNoMoreThreadsThanCores()
    {
        var rows = RowsOf(typeof(ClassifierBenchmarks));

        Assert.Equal(["resnet50", "vit-b-16"], rows.Select(r => r["Model"]).Distinct());
        Assert.All(rows.GroupBy(r => r["Model"]), g => Assert.Equal(("torch-fp32", "224", "1", $"{Environment.ProcessorCount}"), (g.First().Variant, g.First()["Size"], g.First()["Batch"], g.First()["Threads"])));
        Assert.All(rows, r => Assert.InRange(r.Number("Threads"), 1, Environment.ProcessorCount));
        Assert.Equal(["224", "196", "168"], rows.Where(r => r["Model"] == "vit-b-16").Select(r => r["Size"]).Distinct());
    }

    static List<SuiteCase> RowsOf(Type suite) => [.. BenchmarkConverter.TypeToBenchmarks(suite).BenchmarksCases.Select(SuiteCase.Of)];

    [Theory]
    [InlineData(new[] { "--quick", "--filter", "*X*" }, true, false, "detr-r50", new[] { "--filter", "*X*" })]
    [InlineData(new[] { "--model", "mine.pth", "--restart" }, false, true, "mine.pth", new[] { "--filter", "*" })]
    [InlineData(new[] { "--list", "flat" }, false, false, "detr-r50", new[] { "--list", "flat" })]
    public void Parse_OwnOptions_AreTakenOut(string[] args, bool quick, bool restart, string model, string[] rest)
    {
        var options = RunOptions.Parse(args);
        Assert.Equal((quick, restart, model), (options.Quick, options.Restart, options.Model));
        Assert.Equal(rest, options.Rest);
    }

    [Fact]
    public void Parse_NameOfASuiteBetweenStars_TakesThatSuiteAlone() => Assert.All(LabConfig.Suites.Select(s => s.Name), name =>
    {
        foreach (var filter in (string[])[$"*{name}*", $"*{name.Replace("Benchmarks", "").ToLowerInvariant()}*"])
        {
            var taken = new GlobFilter([.. RunOptions.Parse(["--filter", filter]).Rest.Skip(1)]);
            Assert.Equal([name], LabConfig.Suites.SelectMany(s => BenchmarkConverter.TypeToBenchmarks(s).BenchmarksCases).Where(taken.Predicate).Select(b => b.Descriptor.Type.Name).Distinct());
        }
    });

    [Theory]
    [InlineData(new[] { "--filter", "*X*", "--restart", "--verbose" }, new string[0])]
    [InlineData(new[] { "--keep-list", "t.json", "--quick", "--calibrate", "photos", "--model", "mine.pth" }, new[] { "--quick", "--model", "mine.pth", "--calibrate", "photos", "--keep-list", "t.json" })]
    public void Given_OptionsThatChangeFigures_AreKeptForTheCommandThatRepeats(string[] args, string[] given) =>
        Assert.Equal(given, RunOptions.Parse(args).Given);

    [Fact]
    public void Help_OwnOptions_StandBeforeBenchmarkDotNets()
    {
        using var output = new StringWriter();
        RunOptions.WriteHelp(output);
        Assert.Contains("--keep-list", output.ToString());
        Assert.Equal(["--help"], RunOptions.Parse(["--help"]).Rest);
    }

    [Fact]
    public void Cases_OfTheCollectorsModes_RunEachUnderItsOwnJobInTheOrderWritten()
    {
        var cases = BenchmarkConverter.TypeToBenchmarks(typeof(GcModeBenchmarks)).BenchmarksCases;
        Assert.All(cases, c => Assert.Equal(c.Job.Id, SuiteCase.Of(c).Job));
        var rows = new BenchmarkDotNet.Order.DefaultOrderer().GetExecutionOrder([.. cases]).Select(SuiteCase.Of).ToList();
        Assert.Equal(Enumerable.Range(0, 11), rows.Select(r => r.Row));
        Assert.Equal("workstation", rows[0]["Mode"]);
        Assert.True(rows[^1].Repeated);
    }

    [Fact]
    public void Parse_ModelWithoutValue_SaysSo() => Assert.Throws<LabException>(() => RunOptions.Parse(["--model"]));

    [GeneratedRegex(@"Threads: \d+")]
    private static partial Regex Threads();
}
