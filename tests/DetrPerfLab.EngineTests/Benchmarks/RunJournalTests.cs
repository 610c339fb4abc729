using DetrPerfLab.Benchmarks.Infrastructure;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

public class RunJournalTests
{
    [Fact]
    public void Resume_SameRun_KnowsWhatIsDone()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "run.json");
        var first = new RunJournal(path, "key");
        first.Add("a");
        first.Add("b");
        var second = new RunJournal(path, "key");
        second.Resume();
        Assert.Equal(["a", "b"], second.Done.Order());
    }

    [Fact]
    public void Resume_OtherCommandMachineOrCode_StartsAnew()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "run.json");
        new RunJournal(path, RunJournal.KeyOf("commit", "--filter")).Add("a");
        var other = new RunJournal(path, RunJournal.KeyOf("commit2", "--filter"));
        other.Resume();
        Assert.Empty(other.Done);
    }

    [Fact]
    public void Resume_DamagedJournal_StartsAnew()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "run.json");
        File.WriteAllText(path, "{\"key\": \"key\", \"done\": [");
        var journal = new RunJournal(path, "key");
        journal.Resume();
        Assert.Empty(journal.Done);
    }

    [Fact]
    public void Complete_Run_LeavesNothing()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "run.json");
        var journal = new RunJournal(path, "key");
        journal.Add("a");
        journal.Complete();
        Assert.False(File.Exists(path));
    }
}
