namespace DetrPerfLab.Tests.Vision;

public class DetectionJournalTests
{
    static readonly JournalEntry s_one = new(7, new(1.5, 2, 3, 4), 2, [new(7, 18, 0.1f, new(0.1f, 1e-7, 30.25, 40))]);
    static readonly JournalEntry s_two = new(8, new(1, 2, 3, 4), 0, []);

    [Fact]
    public void Open_Again_FindsWhatWasAddedToTheLastBit()
    {
        using var folder = new TempFolder();
        using (var journal = new DetectionJournal(folder.Path, "key"))
        {
            journal.Add(s_one);
            journal.Add(s_two);
        }

        using var again = new DetectionJournal(folder.Path, "key");
        Assert.Equal(2, again.Count);
        Assert.Equal(s_one.Detections, again.Find(7)!.Detections);
        Assert.Equal((s_one.Times, s_one.Unknown), (again.Find(7)!.Times, again.Find(7)!.Unknown));
        Assert.Null(again.Find(9));
        using var other = new DetectionJournal(folder.Path, "another key");
        Assert.Equal(0, other.Count);
    }

    [Fact]
    public void Open_CutAnywhere_KeepsTheWholeLinesAndGoesOn()
    {
        using var folder = new TempFolder();
        string path;
        using (var journal = new DetectionJournal(folder.Path, "key"))
        {
            path = journal.Path;
            journal.Add(s_one);
            journal.Add(s_two);
        }

        var bytes = File.ReadAllBytes(path);
        var first = bytes.IndexOf((byte)'\n') + 1;
        for (var length = first; length < bytes.Length; length++)
        {
            File.WriteAllBytes(path, bytes[..length]);
            using (var cut = new DetectionJournal(folder.Path, "key"))
            {
                Assert.Equal(1, cut.Count);
                cut.Add(s_two);
            }

            Assert.Equal(bytes, File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void Open_WhileAnotherWrites_IsRefused()
    {
        using var folder = new TempFolder();
        using var journal = new DetectionJournal(folder.Path, "key");
        Assert.Throws<LabException>(() => new DetectionJournal(folder.Path, "key"));
    }
}
