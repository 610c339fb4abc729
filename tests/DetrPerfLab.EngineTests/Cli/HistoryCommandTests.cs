using System.Text.Json;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

public class HistoryCommandTests
{
    [Fact]
    public void History_StoredResults_PrintsChangesDrawsAndWritesJson()
    {
        using var folder = new TempFolder();
        Snapshots(folder);

        var run = CliRun.Of("history", "--from", folder.File("stored"), "--case", "*Engine*", "--json", folder.File("history.json"));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("4 cases at 6 commits", run.Output);
        Assert.Contains("1 of 4 cases with two runs or more changed. This advises, the gate decides.", run.Output);
        Assert.Equal(
            ["history-engine-dark.svg", "history-engine.png", "history-engine.svg"],
            Directory.GetFiles(folder.File("stored/plots/history")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var changed = JsonDocument.Parse(File.ReadAllText(folder.File("history.json"))).RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("changes").GetArrayLength() > 0);
        Assert.Equal("EngineBenchmarks.Forward(Variant: ort-fp32)", changed.GetProperty("id").GetString());
        Assert.Equal(Commit(3), changed.GetProperty("changes")[0].GetProperty("commit").GetString());
    }

    [Fact]
    public void History_FileOfTheUser_IsNotReplaced()
    {
        using var folder = new TempFolder();
        Snapshots(folder);
        Directory.CreateDirectory(folder.File("mine"));
        File.WriteAllText(folder.File("mine/history-engine.svg"), "mine");

        var run = CliRun.Of("history", "--from", folder.File("stored"), "--case", "*Engine*", "--out", folder.File("mine"));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("history-engine.svg' exists and was not made by this command", run.Error);
        Assert.Equal("mine", File.ReadAllText(folder.File("mine/history-engine.svg")));
    }

    [Fact]
    public void History_NoHistory_Exit2AndWhatToDo()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.File("results"), FakeResults.Engine);

        var run = CliRun.Of("history", "--results", folder.File("results"));
        var both = CliRun.Of("history", "--results", folder.File("results"), "--from", folder.Path);

        Assert.Equal(2, run.ExitCode);
        Assert.EndsWith("or read stored results with --from DIR.\n", run.Error);
        Assert.Equal(2, both.ExitCode);
    }

    static string Commit(int n) => $"{n:x7}{new string('f', 33)}";

    // From the fourth commit on one case takes a quarter longer.
    static void Snapshots(TempFolder folder)
    {
        foreach (var n in Enumerable.Range(0, 6))
        {
            FakeResults.Write(folder.File($"stored/{n}"), FakeResults.Engine.Select(r => r with
            {
                Commit = Commit(n),
                Started = r.Started.AddHours(n),
                SamplesMs = [.. r.SamplesMs.Select(s => s * (n >= 3 && r.Variant == "ort-fp32" ? 1.25 : 1))],
            }));
        }
    }
}
