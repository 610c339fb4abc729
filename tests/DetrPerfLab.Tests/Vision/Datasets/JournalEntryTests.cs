namespace DetrPerfLab.Tests.Vision;

public class JournalEntryTests
{
    [Fact]
    public void Journal_OpenedAgain_HoldsEntriesToTheLastBit()
    {
        using var folder = new TempFolder();
        JournalEntry[] entries = [new(7, new(1.5, 2, 3, 4), 2, 17, [new(7, 18, 0.1f, new(0.1f, 1e-7, 30.25, 40))]), new(8, new(1, 2, 3, 4), 0, -1, [])];
        using (var journal = new Journal<JournalEntry>(folder.Path, "eval", "key"))
        {
            foreach (var entry in entries) { journal.Add(entry); }
        }

        using var again = new Journal<JournalEntry>(folder.Path, "eval", "key");
        Assert.Equal(entries.Select(e => (e.Image, e.Times, e.Unknown, e.HighestLabel)), again.Entries.Select(e => (e.Image, e.Times, e.Unknown, e.HighestLabel)));
        Assert.Equal(entries.SelectMany(e => e.Detections), again.Entries.SelectMany(e => e.Detections));
    }
}
