using System.Xml.Linq;
using DetrPerfLab.Report;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Report;

public class ReporterTests
{
    [Fact]
    public void Write_FakeResults_GivesTableAndChart()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.File("results"));

        var files = Reporter.Write(new() { ResultsDir = folder.File("results"), PlotsDir = folder.File("plots") });

        var page = File.ReadAllText(files.Markdown);
        Assert.Contains("| `ort-int8-static` | 17", page);
        Assert.Contains("src=\"../plots/speedup.svg\"", page);
        Assert.Contains("libtorch was built without a quantised engine", page);
        Assert.Empty(files.Warnings);
        var svg = XDocument.Load(folder.File("plots/speedup.svg"));
        Assert.Contains(svg.Descendants(), e => e.Name.LocalName == "title" && e.Value.StartsWith("ort-int8-static: 7."));
        Assert.All(files.Charts, path => Assert.True(new FileInfo(path).Length > 1000));
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
