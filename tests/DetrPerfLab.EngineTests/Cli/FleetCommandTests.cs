using System.Diagnostics;
using System.Text.RegularExpressions;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>What is submitted, and what is said where it cannot be. The real Slurm: <see cref="SlurmTests"/>.</summary>
public sealed class FleetCommandTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Plan_Parts_IsAScriptThatRunsByHand()
    {
        var plan = CliRun.Of("fleet", "plan", "--model", TestPaths.Deim, "--coco", TestPaths.CocoMini, "--shards", "40", "--out", _folder.File("a fleet"));
        Assert.True(plan.ExitCode == 0, plan.Error);
        Assert.Contains("#SBATCH --array=1-40\n", plan.Output);
        Assert.Contains("# sbatch --parsable --array=1-40 ", plan.Output);

        // As it says: one part by hand, without any scheduler.
        File.WriteAllText(_folder.File("job.sbatch"), plan.Output);
        var answer = ChildProgram.Run(new ProcessStartInfo("bash", [_folder.File("job.sbatch")]) { Environment = { ["SLURM_ARRAY_TASK_ID"] = "40" } }, TestContext.Current.CancellationToken);
        Assert.True(answer.ExitCode == 0, answer.Error);
        var part = EvaluationPart.Load(_folder.File("a fleet/part-40-of-40.jsonl"));
        Assert.Equal((new Shard(40, 40), 79), (part.Header.Shard, part.Header.Dataset.Images));
        Assert.Single(part.Entries);
    }

    [Fact]
    public void Plan_Suites_IsAJobANodeWithNobodyBeside()
    {
        var plan = CliRun.Of("fleet", "plan", "--nodes", "epyc-1,xeon-2", "--filter", "*Precision*", "--quick", "--out", _folder.File("fleet"));
        Assert.True(plan.ExitCode == 0, plan.Error);
        Assert.Contains("#SBATCH --exclusive\n", plan.Output);
        Assert.Contains("DetrPerfLab.Benchmarks.dll --filter '*Precision*' --quick\n", plan.Output);
        Assert.Equal(2, Regex.Count(plan.Output, @"(?m)^# sbatch --parsable --nodelist=(epyc-1|xeon-2) --export=ALL,DETRLAB_TASK=\1 "));
    }

    [Theory]
    [InlineData("Say what to run")]
    [InlineData("name one of each kind", "--filter", "*Precision*")]
    [InlineData("A model is judged on a data set", "--model", "detr-r50")]
    [InlineData("Say what to run", "--filter", "*Precision*", "--model", "detr-r50")]
    [InlineData("Unknown scheduler 'cron'", "--on", "cron", "--filter", "*", "--nodes", "a")]
    public void Plan_Unfit_SaysWhatIsNeeded(string needed, params string[] arguments)
    {
        var run = CliRun.Of(["fleet", "plan", .. arguments]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(needed, run.Error);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
    }

    [Fact]
    public void Status_NoFleet_SaysWhatIsNeeded()
    {
        var run = CliRun.Of("fleet", "status", "--out", _folder.Path);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("fleet run --out", run.Error);
        File.WriteAllText(_folder.File("fleet.json"), "{\"folder\": 1}");
        Assert.Contains("is damaged", CliRun.Of("fleet", "status", "--out", _folder.Path).Error);
    }
}
