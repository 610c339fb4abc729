using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>A fleet on a real Slurm: a node and a task die in the middle, nothing is lost, nothing counts twice.</summary>
[Collection(nameof(Alone))] // its configuration is a variable of the process
public sealed class SlurmTests : IDisposable
{
    const int Parts = 8;

    readonly TempFolder _folder = new();

    string Fleet => _folder.File("fleet");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_ANodeAndATaskDie_MergesToTheWholeToTheLastDigit()
    {
        Assert.SkipUnless(SlurmCluster.Lack is null, SlurmCluster.Lack ?? "");
        var (model, coco) = (TestPaths.Deim, TestPaths.CocoMini);
        using var slurm = new SlurmCluster();
        string[] command = ["fleet", "run", "--model", model, "--coco", coco, "--shards", $"{Parts}", "--out", Fleet];
        var run = CliRun.Of(command);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains($"{Parts} of {Parts} tasks submitted, 0 are done", run.Output);
        Assert.Contains("A fleet is in", CliRun.Of(command).Error);

        // In the middle a task dies, and the daemon of the other node.
        Process? task = null;
        bool IsUnderWay(string part) => !File.Exists(Regex.Match(part, @"--out (\S+)").Groups[1].Value); // one that ends has written its part
        slurm.Until("a part is done and the first node runs another", () => Done() >= 1 && (task = SlurmCluster.RunningWith($"eval --model {model}", SlurmCluster.Nodes[0]).FirstOrDefault(p => IsUnderWay(p.Command)).Process) is not null, 120);
        task!.Kill();
        slurm.Kill(SlurmCluster.Nodes[1]);
        slurm.Until("a task is seen to have failed", () => States().ContainsValue("failed"), 60);
        slurm.StartNode(SlurmCluster.Nodes[1]);

        slurm.Until("all parts are done", () =>
        {
            if (!States().ContainsValue("failed")) { return Done() == Parts; }
            var resumed = CliRun.Of([.. command, "--resume"]);
            Assert.True(resumed.ExitCode == 0, resumed.Error);
            return false;
        }, 240);
        Assert.Contains($"{Parts} of {Parts} are done.", CliRun.Of("fleet", "status", "--out", Fleet).Output);

        string[] parts = [.. Directory.GetFiles(Fleet, "part-*.jsonl").Order(StringComparer.Ordinal)];
        var merged = CliRun.Of(["merge", .. parts, "--coco", coco, "--out", _folder.File("merged.json")]);
        Assert.True(merged.ExitCode == 0, merged.Error);
        var whole = CliRun.Of("eval", "--model", model, "--coco", coco, "--out", _folder.File("whole.json"));
        Assert.True(whole.ExitCode == 0, whole.Error);
        Assert.Equal(whole.Output.Split('\n').Take(12), merged.Output.Split('\n').Take(12));
        Assert.Equal(File.ReadAllText(_folder.File("whole.json")), File.ReadAllText(_folder.File("merged.json")));
    }

    [Fact]
    public void Run_ControllerIsGone_SaysSoAndKeepsThePlan()
    {
        Assert.SkipUnless(SlurmCluster.Lack is null, SlurmCluster.Lack ?? "");
        var (model, coco) = (TestPaths.Deim, TestPaths.CocoMini);
        using var slurm = new SlurmCluster();
        slurm.Kill("controller");
        var run = CliRun.Of("fleet", "run", "--model", model, "--coco", coco, "--shards", "2", "--out", Fleet);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("Slurm's controller does not answer", run.Error);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
        Assert.True(File.Exists(Path.Combine(Fleet, "job.sbatch")));
    }

    int Done() => Directory.Exists(Fleet) ? Directory.GetFiles(Fleet, "part-*.jsonl").Length : 0;

    Dictionary<string, string> States() => JsonDocument.Parse(CliRun.Of("fleet", "status", "--out", Fleet, "--json").Output).RootElement.EnumerateArray()
        .ToDictionary(row => row.GetProperty("label").GetString()!, row => row.GetProperty("state").GetString()!);
}
