namespace DetrPerfLab.Tests.Measure;

public sealed class BenchJournalTests : IDisposable
{
    readonly TempFolder _folder = new();
    readonly List<string> _said = [];

    public void Dispose() => _folder.Dispose();

    internal static BenchKey Key(int rounds, ulong seed, params string[] variants) =>
        new("machine", "model", [.. variants.Select(v => KeyValuePair.Create(v, "00"))], "commit", 800, 1066, 0, rounds, seed, 1);

    [Fact]
    public void Open_RoundUnderWay_TakesTheCompleteOnes()
    {
        Fill(Key(10, 1, "a", "b"), ("a", 0), ("b", 0), ("b", 1), ("a", 1), ("b", 2));

        var journal = Open(Key(10, 1, "a", "b"));

        Assert.Equal(2, journal.CompleteRounds);
        Assert.Equal([100, 101], journal.SamplesOf("b").Select(t => t.Run.Ms));
    }

    [Fact]
    public void Open_RoundsOfAnotherDay_AreDroppedAndSaidToBe()
    {
        var key = Key(10, 1, "a");
        Fill(key, ("a", 0), ("a", 1));
        File.SetLastWriteTimeUtc(PathOf(key), DateTime.UtcNow.AddHours(-7));

        Assert.Equal(0, Open(key).CompleteRounds);
        Assert.Contains("was measured 7 hours ago, under another load: everything is measured anew.", Assert.Single(_said));
    }

    [Fact]
    public void Open_VariantWithAGap_DoesNotHoldTheOthersUp()
    {
        var journal = Open(Key(10, 1, "a", "b"));
        journal.AddGap("b", new("no such library", ExitCode.Missing));
        journal.Add(0, "a", Turn(0));

        var again = Open(Key(10, 1, "a", "b"));

        Assert.Equal(1, again.CompleteRounds);
        Assert.Equal(ExitCode.Missing, again.GapOf("b")!.Code);
    }

    [Fact]
    public void Open_NoCompleteRound_ForgetsGapsToo()
    {
        Open(Key(10, 1, "a", "b")).AddGap("b", new("no such library", ExitCode.Missing));

        Assert.Null(Open(Key(10, 1, "a", "b")).GapOf("b"));
    }

    [Fact]
    public void Open_AnythingElseDiffers_IsAnotherJournal()
    {
        var key = Key(10, 1, "a");
        Fill(key, ("a", 0));

        foreach (var other in new[]
        {
            key with { Machine = "m" }, key with { Model = "m" }, key with { Build = "c" }, key with { Height = 1 }, key with { Width = 1 }, key with { Threads = 1 },
            key with { Rounds = 9 }, key with { Seed = 2 }, key with { UntimedRuns = 0 }, Key(10, 1, "a", "b"), key with { Artefacts = [KeyValuePair.Create("a", "01")] },
        })
        {
            Assert.Equal(0, Open(other).CompleteRounds);
        }

        Assert.Empty(_said);
        Assert.Equal(1, Open(key).CompleteRounds);
    }

    [Fact]
    public void Open_FileOfAnotherKeyUnderThisName_IsNotTaken()
    {
        var key = Key(10, 1, "a");
        Fill(key with { Machine = "other" }, ("a", 0));
        File.Move(Directory.GetFiles(_folder.Path).Single(), PathOf(key));

        Assert.Equal(0, Open(key).CompleteRounds);
        Assert.Contains("another machine", Assert.Single(_said));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("null\n")]
    [InlineData("{}\n")]
    [InlineData("[1, 2\n")]
    [InlineData("{\"key\": null, \"run\": \"r\"}\n")]
    [InlineData("{\"key\": {\"artefacts\": null}, \"run\": \"r\"}\n")]
    public void Open_Damaged_IsSaidAndNotTaken(string text)
    {
        var key = Key(10, 1, "a");
        AtomicFile.WriteText(PathOf(key), text);

        Assert.Equal(0, Open(key).CompleteRounds);
        Assert.Contains("damaged", Assert.Single(_said));
    }

    [Fact]
    public void Open_TornAnywhere_TakesTheRoundsWhoseLinesAreWhole()
    {
        var key = Key(3, 1, "a");
        Fill(key, ("a", 0), ("a", 1));
        var whole = File.ReadAllText(PathOf(key));
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllText(PathOf(key), whole[..length]);
            Assert.Equal(Math.Max(0, whole[..length].Count(c => c == '\n') - 1), Open(key).CompleteRounds);
        }
    }

    [Theory]
    [InlineData("\"ms\":100", "\"ms\":-1")]
    [InlineData("\"ms\":100", "\"ms\":1e999")]
    [InlineData("\"round\":0", "\"round\":30")] // three passes of ten are the most
    [InlineData("\"round\":0", "\"round\":-1")]
    [InlineData("\"variant\":\"a\"", "\"variant\":\"z\"")]
    [InlineData("\"sample\":{", "\"other\":{")]
    public void Open_TurnThatIsNone_IsDamage(string whole, string damaged)
    {
        var key = Key(10, 1, "a");
        Fill(key, ("a", 0));
        var text = File.ReadAllText(PathOf(key));
        AtomicFile.WriteText(PathOf(key), text.Replace(whole, damaged));

        Assert.NotEqual(text, File.ReadAllText(PathOf(key)));
        Assert.Equal(0, Open(key).CompleteRounds);
        Assert.Contains("damaged", Assert.Single(_said));
    }

    [Fact]
    public void Open_MoreThanAnyRunFills_IsNotRead()
    {
        var key = Key(10, 1, "a");
        Fill(key, ("a", 0));
        using (var file = File.OpenWrite(PathOf(key))) { file.SetLength(2 << 20); }

        Assert.Equal(0, Open(key).CompleteRounds);
        Assert.Contains("larger than 1 MiB", Assert.Single(_said));
    }

    [Fact]
    public void Add_ManyTurns_AddsALineEach()
    {
        var key = Key(10_000, 1, "ort-int8-static-all");
        var journal = Open(key);
        for (var round = 0; round < 300; round++)
        {
            var before = round < 2 ? 0 : new FileInfo(PathOf(key)).Length;
            journal.Add(round, "ort-int8-static-all", new(new(1234.5678901234567, true, true, true), new(1.2345678901234567, 2.2345678901234567, 1e-17, 1e-17, 2.2345678901234567, 123456, 1.0123456789012345)));
            if (round >= 2) { Assert.InRange(new FileInfo(PathOf(key)).Length - before, 1, 512); } // half of what the bound counts on
        }

        Assert.Equal(301, File.ReadAllLines(PathOf(key)).Length);
        Assert.Equal(300, Open(key).CompleteRounds);
    }

    [Fact]
    public void Add_ContinuedRun_LeavesOutTheRoundThatWasUnderWay()
    {
        var key = Key(10, 1, "a", "b");
        Fill(key, ("a", 0), ("b", 0), ("b", 1));
        var journal = Open(key);
        journal.Add(1, "a", Turn(7));
        journal.Add(1, "b", Turn(8));

        var again = Open(key);

        Assert.Equal(2, again.CompleteRounds);
        Assert.Equal([100, 108], again.SamplesOf("b").Select(t => t.Run.Ms));
    }

    [Fact]
    public void Open_Restart_BeginsAnewAndSaysSo()
    {
        var key = Key(10, 1, "a");
        Fill(key, ("a", 0));

        var begun = Open(key).Run;
        var anew = Open(key, restart: true);
        Assert.Equal(0, anew.CompleteRounds);
        Assert.NotEqual(begun, anew.Run);
        Assert.Contains("anew", _said[^1]);
    }

    [Fact]
    public void Open_SameBenchTwiceAtOnce_IsRefused()
    {
        var key = Key(10, 1, "a");
        using (BenchJournal.Open(_folder.Path, key, restart: false, _said.Add))
        {
            var mistake = Assert.Throws<LabException>(() => Open(key));
            Assert.Equal(ExitCode.BadInput, mistake.ExitCode);
            Assert.Contains("is running", mistake.Message);
        }

        Assert.Equal(0, Open(key).CompleteRounds);
    }

    [Fact]
    public void Name_OfTheFile_IsNoSuiteOfTheResults()
    {
        Fill(Key(10, 1, "a"), ("a", 0));
        Assert.Empty(ResultStore.SuiteFiles(_folder.Path));
    }

    void Fill(BenchKey key, params (string Variant, int Round)[] turns)
    {
        var journal = Open(key);
        foreach (var (variant, round) in turns) { journal.Add(round, variant, Turn(round)); }
    }

    /// <summary>As a process leaves it that has ended.</summary>
    BenchJournal Open(BenchKey key, bool restart = false)
    {
        var journal = BenchJournal.Open(_folder.Path, key, restart, _said.Add);
        journal.Dispose();
        return journal;
    }

    string PathOf(BenchKey key) => Journal<object>.PathOf(_folder.Path, "bench", key.Text);

    static Sample Turn(int round) => new(new(100 + round, false, false, false), new(0.1, 0.2, 0, 0, 0.2, 0, 1));
}
