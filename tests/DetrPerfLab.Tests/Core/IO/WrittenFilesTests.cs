namespace DetrPerfLab.Tests.Core;

public class WrittenFilesTests
{
    [Fact]
    public void RequireOwn_FilesOfThisOfAnotherAndOfNoCommand_RefusesTheLatter()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("user.txt"), "");
        using (WrittenFiles.By("detect")) { AtomicFile.WriteText(folder.File("own.txt"), "1"); }
        using (WrittenFiles.By("report")) { AtomicFile.WriteText(folder.File("other.txt"), "1"); }

        using var writing = WrittenFiles.By("detect");
        WrittenFiles.RequireOwn([folder.File("own.txt"), folder.File("absent.txt")]);
        foreach (var name in new[] { "user.txt", "other.txt" })
        {
            var refused = Assert.Throws<LabException>(() => WrittenFiles.RequireOwn([folder.File("own.txt"), folder.File(name)]));
            Assert.Equal((ExitCode.BadInput, true), (refused.ExitCode, refused.Message.Contains($"{name}' exists and was not made by this command")));
            using (WrittenFiles.By("detect", overwrite: true)) { WrittenFiles.RequireOwn([folder.File(name)]); }
        }
    }

    [Fact]
    public void RequireOwn_OwnFileThatSomebodyChanged_IsTheirs()
    {
        using var folder = new TempFolder();
        using var writing = WrittenFiles.By("detect");
        AtomicFile.WriteText(folder.File("a.txt"), "1");
        AtomicFile.WriteText(folder.File("a.txt"), "12");
        WrittenFiles.RequireOwn([folder.File("a.txt")]);
        File.AppendAllText(folder.File("a.txt"), "3");
        Assert.Throws<LabException>(() => WrittenFiles.RequireOwn([folder.File("a.txt")]));
    }

    [Fact]
    public void Add_ManyAtOnce_AllAreKnown()
    {
        using var folder = new TempFolder();
        using var writing = WrittenFiles.By("detect");
        string[] files = [.. Enumerable.Range(0, 200).Select(i => folder.File($"{i}.txt"))];
        files.AsParallel().ForAll(file => AtomicFile.WriteText(file, file));
        WrittenFiles.RequireOwn(files);
    }
}
