namespace DetrPerfLab.Tests.Core;

public sealed class JournalTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_SameRun_KnowsWhatIsDoneAndKeepsItsName()
    {
        var first = Closed();
        first.Add("a");
        first.Add("b");

        var second = Closed();
        Assert.Equal(["a", "b"], second.Entries);
        Assert.Equal((first.Run, first.Started), (second.Run, second.Started));
        Assert.Null(second.Problem);
    }

    [Fact]
    public void Open_OtherKey_IsAnotherJournal()
    {
        Closed().Add("a");
        var other = Closed("other");
        Assert.Empty(other.Entries);
        other.Add("b");
        Assert.Equal(["a"], Closed().Entries);
    }

    [Fact]
    public void Open_FileOfAnotherKeyUnderThisName_IsNotTaken()
    {
        Closed("other").Add("a");
        File.Move(Journal<string>.PathOf(_folder.Path, "test", "other"), PathOfFile);
        var journal = Closed();
        Assert.Empty(journal.Entries);
        Assert.Contains("another machine", journal.Problem);
    }

    [Fact]
    public void Open_TornAnywhere_TakesTheLinesThatAreWhole()
    {
        var journal = Closed();
        foreach (var entry in (string[])["a", "b", "c"]) { journal.Add(entry); }
        var whole = File.ReadAllText(PathOfFile);
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllText(PathOfFile, whole[..length]);
            Assert.Equal(Math.Max(0, whole[..length].Count(c => c == '\n') - 1), Closed().Entries.Count);
        }
    }

    [Fact]
    public void Add_AfterATornLine_DoesNotJoinIt()
    {
        Closed().Add("a");
        File.AppendAllText(PathOfFile, "\"tor");
        Closed().Add("b");
        Assert.Equal(["a", "b"], Closed().Entries);
    }

    [Theory]
    [InlineData("null", "line 4 is no entry")]
    [InlineData("{", "line 4 is no entry: ")]
    [InlineData("\"refused\"", "line 4 is no entry")]
    public void Open_LineThatIsNoEntry_TakesThoseBeforeItAndSaysSo(string line, string problem)
    {
        var journal = Closed();
        journal.Add("a");
        journal.Add("b");
        File.AppendAllText(PathOfFile, line + "\n\"c\"\n");

        var again = Closed();
        Assert.Equal(["a", "b"], again.Entries);
        Assert.Contains("damaged", again.Problem);
        Assert.Contains(problem, again.Problem);
    }

    [Fact]
    public void Forget_Entries_AreGoneWithTheNextThatIsAdded()
    {
        var journal = Closed();
        journal.Add("a");
        journal.Add("b");
        var again = Closed();
        again.Forget(e => e == "a");
        again.Add("c");
        Assert.Equal(["b", "c"], Closed().Entries);
    }

    [Fact]
    public void Forget_All_IsANewRun()
    {
        var journal = Closed();
        journal.Add("a");
        var again = Closed();
        again.Forget(_ => true);
        Assert.NotEqual(journal.Run, again.Run);
        Assert.True(again.Started >= journal.Started);
        again.Add("b");
        var third = Closed();
        Assert.Equal((again.Run, again.Started), (third.Run, third.Started));
        Assert.Equal(["b"], third.Entries);
    }

    [Fact]
    public void Add_ContinuedRun_AddsToTheFile()
    {
        Closed().Add("a");
        var before = File.ReadAllText(PathOfFile);
        using var held = File.Open(PathOfFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite); // a file written anew would be another
        Closed().Add("b");
        using var reader = new StreamReader(held);
        Assert.Equal(before + "\"b\"\n", reader.ReadToEnd());
    }

    [Fact]
    public void Open_TwiceAtOnce_IsRefusedAndLeavesNoLock()
    {
        using (Open())
        {
            var mistake = Assert.Throws<LabException>(() => Open());
            Assert.Equal(ExitCode.BadInput, mistake.ExitCode);
            Assert.Contains("is running", mistake.Message);
        }

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Delete_CompleteRun_LeavesNothing()
    {
        var journal = Closed();
        journal.Add("a");
        journal.Delete();
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    string PathOfFile => Journal<string>.PathOf(_folder.Path, "test", "key");

    Journal<string> Open(string key = "key") => new(_folder.Path, "test", key, entry => entry != "refused");

    /// <summary>As a process leaves it that has ended.</summary>
    Journal<string> Closed(string key = "key")
    {
        var journal = Open(key);
        journal.Dispose();
        return journal;
    }
}
