using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

public class RunJournalTests
{
    [Fact]
    public void Resume_SameRun_KnowsWhatIsDone()
    {
        using var folder = new TempFolder();
        var first = new RunJournal(folder.Path, "key");
        first.Add("a");
        first.Add("b");
        var second = new RunJournal(folder.Path, "key");
        second.Resume();
        Assert.Equal(["a", "b"], second.Done.Order());
    }

    [Fact]
    public void Resume_OtherCommandMachineOrCode_StartsAnew()
    {
        using var folder = new TempFolder();
        new RunJournal(folder.Path, RunJournal.KeyOf("commit", "--filter")).Add("a");
        var other = new RunJournal(folder.Path, RunJournal.KeyOf("commit2", "--filter"));
        other.Resume();
        Assert.Empty(other.Done);
    }

    [Fact]
    public void Resume_DamagedJournal_StartsAnew()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("run-key.json"), "{\"key\": \"key\", \"done\": [");
        var journal = new RunJournal(folder.Path, "key");
        journal.Resume();
        Assert.Empty(journal.Done);
    }

    [Fact]
    public void Complete_Run_LeavesNothing()
    {
        using var folder = new TempFolder();
        var journal = new RunJournal(folder.Path, "key");
        journal.Add("a");
        journal.Complete();
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Resume_OldJournals_AreForgotten()
    {
        using var folder = new TempFolder();
        new RunJournal(folder.Path, "old").Add("a");
        new RunJournal(folder.Path, "young").Add("a");
        File.SetLastWriteTimeUtc(folder.File("run-old.json"), DateTime.UtcNow - TimeSpan.FromDays(15));
        new RunJournal(folder.Path, "other").Resume();
        Assert.Equal("run-young.json", Path.GetFileName(Assert.Single(Directory.GetFiles(folder.Path))));
    }

    [Fact]
    public void Add_OtherRun_LeavesTheFirstAlone()
    {
        using var folder = new TempFolder();
        new RunJournal(folder.Path, "key").Add("a");
        new RunJournal(folder.Path, "other").Add("b");
        var journal = new RunJournal(folder.Path, "key");
        journal.Resume();
        Assert.Equal(["a"], journal.Done);
    }
}
