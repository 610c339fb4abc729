namespace DetrPerfLab.Tests.Report;

public class HowFastContentTests
{
    [Fact]
    public void Create_Precision_SetsEachPartBesideItsBounds()
    {
        var lines = Page(FakeResults.All).Split('\n');
        var columns = Cells(lines.Single(l => l.StartsWith("| part")));
        Assert.Equal(["part", "GFLOP", "at 820 GOP/s fp32", "at 3100 GOP/s int8", "torch-fp32", "ort-fp32", "ort-int8-static"], columns);

        var backbone = Cells(lines.Single(l => l.StartsWith("| backbone")));
        Assert.Equal("94.6", backbone[1]); // 0.55 of 172
        Assert.Equal("115", backbone[2]); // 94.6 / 820 s
        Assert.Equal("30.5", backbone[3]);
        Assert.InRange(double.Parse(backbone[4]), 0.54 * 1240, 0.56 * 1240);
        Assert.Equal("", Cells(lines.Single(l => l.StartsWith("| decoder")))[2]); // its operations were not counted
        Assert.InRange(double.Parse(Cells(lines.Single(l => l.StartsWith("| sum")))[5]), 0.98 * 470, 1.02 * 470);
    }

    [Fact]
    public void Create_Precision_SaysWhatTakesMostAndWhatIsFarthestFromItsBound()
    {
        var text = Page(FakeResults.All);
        Assert.Matches(@"- `ort-int8-static`: 55 % in backbone; most above its bound in int8: backbone, 9\d\.\d ms where the operations alone would take 30\.5\.", text);
        Assert.Contains("`torch-fp32`: **29 % of an inference**", text); // from the allocator suite
        Assert.InRange(text.Split('\n').Length, 20, 150);
    }

    [Fact]
    public void Create_NoProfile_SaysWhatToMeasure()
    {
        var error = Assert.Throws<LabException>(() => Page(FakeResults.Engine));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("./run-all.sh --filter '*Precision*'", error.Message);
    }

    static string[] Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(c => c.Trim().Replace("\\", ""))];

    static string Page(RunResult[] results) => MarkdownPage.Write(
        HowFastContent.Create(new(FakeResults.Machine with { Peaks = [new("fp32", 820), new("int8", 3100)] }, results, [])), chartFolder: "");
}
