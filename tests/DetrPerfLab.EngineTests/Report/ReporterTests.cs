using System.Text.RegularExpressions;
using System.Xml.Linq;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Report;

public class ReporterTests
{
    const long MostBytes = 300_000; // of a page that travels by mail

    [Fact]
    public void Write_FakeResults_GivesBothPagesAndEveryChart()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.File("results"));

        var files = Reporter.Write(new() { ResultsDir = folder.File("results"), PlotsDir = folder.File("plots") });

        var page = File.ReadAllText(files.Markdown);
        Assert.Contains("| `ort-int8-static`<br>", page);
        Assert.Contains("src=\"../plots/speedup.svg\"", page);
        Assert.Contains("libtorch was built without a quantised engine", page);
        Assert.StartsWith("On Fake CPU 9000 with 8 cores, use ort-int8-static: 7.", files.Answer);
        Assert.Empty(files.Warnings);
        Assert.Equal(39, files.Charts.Count); // thirteen charts: light, dark, PNG
        Assert.All(files.Charts, path => Assert.True(new FileInfo(path).Length > 1000, path));
        Assert.All(files.Charts.Where(p => p.EndsWith(".svg")), path => XDocument.Load(path));
        // Every chart of the Markdown is there, and in the page.
        Assert.All(Regex.Matches(page, "src(set)?=\"([^\"]+)\""), m => Assert.True(File.Exists(Path.Combine(folder.File("results"), m.Groups[2].Value))));
        Assert.Equal(13, Regex.Count(File.ReadAllText(files.Html), "<svg [^>]*role=\"img\""));
        Assert.InRange(new FileInfo(files.Html).Length, 100_000, MostBytes);
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*.partial", SearchOption.AllDirectories));
    }

    /// <summary>What this repository measured, with names and findings as they really are.</summary>
    [Fact]
    public void Write_ResultsOfThisRepository_StaySmall()
    {
        using var folder = new TempFolder();

        var files = Reporter.Write(new() { ResultsDir = Path.Combine(TestPaths.RepoRoot, "results"), OutDir = folder.File("out"), PlotsDir = folder.File("plots") });

        Assert.InRange(new FileInfo(files.Html).Length, 1, MostBytes);
    }

    [Fact]
    public void Html_DrawnCharts_HaveNamesAndIdsOfTheirOwn()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.File("results"));

        var page = File.ReadAllText(Reporter.Write(new() { ResultsDir = folder.File("results"), PlotsDir = folder.File("plots") }).Html);
        var main = HtmlMain.Of(page);

        Assert.All(main.Descendants("figure"), figure =>
        {
            var picture = Assert.Single(figure.Elements(), e => e.Name.LocalName == "svg");
            Assert.Equal("img", (string?)picture.Attribute("role"));
            Assert.NotEmpty((string)picture.Attribute("aria-label")!);
        });
        // Colours of both themes, the dark ones on screens only.
        Assert.Matches(@":root\{(--c\d+:[^;]+;)+\}\n@media screen and \(prefers-color-scheme: dark\)\{:root\{(--c\d+:[^;]+;)+\}\}", page);
        string[] ids = [.. main.Descendants().Attributes("id").Select(id => id.Value)];
        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public void Guard_RendererMissing_IsAMessageThatNamesIt()
    {
        // Thrown inside a type initialiser, and that inside a parallel query.
        Exception missing = new TypeInitializationException("SkiaSharp.SKObject", new DllNotFoundException("Unable to load shared library 'libSkiaSharp'"));
        Assert.All((Exception[])[missing, new AggregateException(missing)], exception =>
        {
            var mistake = Assert.Throws<LabException>(() => ChartWriter.Guard<int>(() => throw exception));
            Assert.Equal(ExitCode.Missing, mistake.ExitCode);
            Assert.Contains("Unable to load shared library", mistake.Message);
            Assert.Contains("--no-charts", mistake.Message);
        });
    }

    [Fact]
    public void Write_NoFont_WritesTheNumbersAndSaysWhyThereAreNoCharts()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.File("results"));
        Directory.CreateDirectory(folder.File("fonts"));

        var files = Reporter.Write(new() { ResultsDir = folder.File("results"), PlotsDir = folder.File("plots"), FontFolders = [folder.File("fonts")] });

        var warning = Assert.Single(files.Warnings);
        Assert.StartsWith($"No charts: no font was found in {folder.File("fonts")}, needed a sans face (.ttf).", warning);
        Assert.Contains("apt-get install fonts-dejavu-core", warning);
        Assert.DoesNotContain('\n', warning);
        Assert.Empty(files.Charts);
        Assert.False(Directory.Exists(folder.File("plots")));
        Assert.Contains("| `ort-int8-static`<br>", File.ReadAllText(files.Markdown));
        Assert.DoesNotContain("<picture>", File.ReadAllText(files.Markdown));
    }

    [Fact]
    public void Write_NoResults_IsBadInput()
    {
        using var folder = new TempFolder();

        var mistake = Assert.Throws<LabException>(() => Reporter.Write(new() { ResultsDir = folder.Path }));

        Assert.Equal(ExitCode.BadInput, mistake.ExitCode);
        Assert.Contains("run-all.sh", mistake.Message);
    }
}
