using Spectre.Console;

namespace DetrPerfLab.EngineTests.Cli;

public class BenchTableTests
{
    static readonly double[] s_slow = [100, 104, 98, 101, 99, 102, 100];

    static readonly BenchProgress s_progress = new(
        [
            new("ort-fp32", BenchState.Measuring, [.. s_slow.Take(6).Select(ms => ms / 2)], null),
            new("torch-fp32", BenchState.Ready, s_slow, null),
            new("ort-fp16", BenchState.Gap, [], "found [1,100,91], needed [1,100,92]"), // what looks like Spectre's markup
            new("torch-bf16", BenchState.Opening, [], null),
        ],
        6, 15, TimeSpan.FromSeconds(75));

    [Fact]
    public void Live_RoundUnderWay_ShowsEveryVariantAndWhatIsLeft()
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 160;
        console.Write(BenchTable.Live(s_progress));
        var text = writer.ToString();

        Assert.Contains("round 7 of 15, 75 s left", text);
        Assert.Contains("its turn", text);
        Assert.Contains("needed [1,100,92]", text);
        Assert.Contains("2.00 [2.00, 2.00]", text); // paired over the six rounds that both have
        Assert.Contains("19.90", text); // images a second at 50.25 ms
    }

    [Fact]
    public void Plain_AfterTheRun_HasTheSuitesColumnsAndComparesWithTheBaselineWhereverItStands()
    {
        var results = s_progress.Rows.Select(r => new RunResult
        {
            Id = r.Variant,
            Suite = BenchRun.Suite,
            Variant = r.Variant,
            Started = default,
            Commit = "",
            Machine = "",
            SamplesMs = r.Variant == "torch-fp32" ? [.. Enumerable.Repeat(r.TurnMedians, 10).SelectMany(s => s)] : r.TurnMedians,
            Memory = r.Gap is null ? new() { AllocatedBytesPerOperation = 96, PeakRssBytes = 300 << 20 } : null,
            Contamination = new(ContaminationVerdict.Noisy, []),
        }).ToList();

        var lines = BenchTable.Plain(results).ToArray();

        Assert.Equal(5, lines.Length);
        Assert.Equal("Variant Samples Median, ms 95 %, ms p90, ms Speed-up, x Images/s Allocated, B Peak RSS, MiB Machine", string.Join(' ', lines[0].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));
        Assert.Contains("2.00 [2.00, 2.00]", lines[1]);
        Assert.Contains("104.0", lines[2]); // p90 of 70 samples
        Assert.Contains(" 300  ", lines[2]);
        Assert.EndsWith("noisy", lines[3]);
        Assert.Equal(lines[0].IndexOf("Median, ms", StringComparison.Ordinal) + "Median, ms".Length, lines[2].IndexOf("100.0", StringComparison.Ordinal) + "100.0".Length);
    }

    [Fact]
    public void Plain_ChosenBaseline_IsWhatTheOthersAreComparedWith()
    {
        RunResult[] results = [RunResult.Unfiled("torch-fp32") with { SamplesMs = s_slow }, RunResult.Unfiled("ort-fp32") with { SamplesMs = [.. s_slow.Select(ms => ms / 2)] }];

        var lines = BenchTable.Plain(results, "ort-fp32").ToArray();

        Assert.Contains("0.50 [0.50, 0.50]", lines[1]);
        Assert.Contains("2.00 [2.00, 2.00]", BenchTable.Plain(results).Last());
    }

    [Fact]
    public void Line_ForALog_HoldsTheLatestTimes() =>
        Assert.Equal("round 6 of 15: ort-fp32 51.0 ms, torch-fp32 100.0 ms, torch-bf16 -; 75 s left", BenchTable.Line(s_progress));
}
