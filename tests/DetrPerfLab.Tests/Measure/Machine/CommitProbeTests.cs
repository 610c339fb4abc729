using System.Diagnostics;

namespace DetrPerfLab.Tests.Measure;

public class CommitProbeTests
{
    [Fact]
    public void Read_FolderWithoutRepository_IsUnknown()
    {
        using var folder = new TempFolder();
        Assert.Equal("unknown", CommitProbe.Read(folder.Path));
        Assert.Equal("unknown", CommitProbe.Read(folder.File("absent")));
    }

    [Fact]
    public void Read_Repository_NamesCommitAndChanges()
    {
        using var folder = new TempFolder();
        Assert.SkipUnless(TryGit(folder.Path, "init", "-q"), "git is not installed");
        AtomicFile.WriteText(folder.File("code.cs"), "1");
        AtomicFile.WriteText(folder.File("results/m/s.json"), "[]");
        Assert.True(TryGit(folder.Path, "add", "-A"));
        Assert.True(TryGit(folder.Path, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "one"));

        var clean = CommitProbe.Read(folder.Path);
        Assert.Matches("^[0-9a-f]{12}$", clean);

        AtomicFile.WriteText(folder.File("results/m/s.json"), "[1]"); // what a run writes changes no measurement
        Assert.Equal(clean, CommitProbe.Read(folder.File("results")));

        AtomicFile.WriteText(folder.File("code.cs"), "2");
        Assert.Equal($"{clean}+dirty", CommitProbe.Read(folder.File("results")));
    }

    static bool TryGit(string folder, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = folder })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
