namespace DetrPerfLab.Tests.Report;

public class CompareTests
{
    static readonly ReportModel s_here = Reports.Model(FakeResults.Engine);

    [Fact]
    public void Create_SameFingerprint_GivesRatios()
    {
        var other = Reports.Model(FakeResults.Engine.Select(r => r with { SamplesMs = [.. r.SamplesMs.Select(s => s * 2)] }));

        Assert.Equal(4, Ratios(CompareSection.Create(s_here, other, acrossMachines: false)).Count(c => c.SortKey is { } ratio && Math.Abs(ratio - 2) < 1e-9));
    }

    [Fact]
    public void Create_OtherFingerprint_RefusesRatiosAndSaysWhy()
    {
        var section = CompareSection.Create(s_here, Elsewhere(), acrossMachines: false);

        Assert.Empty(Ratios(section));
        Assert.Contains("No column \"this is faster by\": other machine or software.", section.Blocks.OfType<Table>().Single().Below);
        Assert.Contains(section.Blocks.OfType<Paragraph>(), p => p.Tone == Tone.Warning && p.Text[0].Text.Contains("--across-machines"));
    }

    [Fact]
    public void Create_OtherFingerprintButAsked_MarksTheRatios() =>
        Assert.All(Ratios(CompareSection.Create(s_here, Elsewhere(), acrossMachines: true)), cell => Assert.EndsWith("≠", cell.Text[0].Text));

    [Fact]
    public void Create_NothingInCommon_SaysSo() =>
        Assert.Contains("no result in common", Reports.Markdown(s_here, comparison: CompareSection.Create(s_here, Reports.Model(FakeResults.Chunking), acrossMachines: false)));

    static ReportModel Elsewhere() => Reports.Model(FakeResults.Engine.Select(r => r with { Machine = "another" }));

    static IEnumerable<Cell> Ratios(Section section) => section.Blocks.OfType<Table>().Single() is var table && table.Columns[^1].Heading == "this is faster by" ? table.Rows.Select(row => row[^1]) : [];
}
