using System.Diagnostics;

namespace DetrPerfLab.Tests.Report;

/// <summary>Histories in real repositories and in folders, whole and damaged.</summary>
public class HistorySourcesTests
{
    [Fact]
    public void Read_Repository_GivesEachRunOnceWithSubjects()
    {
        using var folder = new TempFolder();
        var commits = Repository(folder, 6, n => n < 3 ? 400 : 480);

        var stored = GitResults.Read(folder.File("results"));
        var model = HistoryModel.Of(stored, null, null);

        Assert.Empty(stored.Problems);
        Assert.Equal(6, stored.Runs.Count);
        var change = Assert.Single(Assert.Single(model.Cases).Changes);
        Assert.Equal(commits[3], change.At.Run.Commit);
        Assert.Contains(new HistoryPage(model, [], new(folder.Path)).Lines(), l => l.EndsWith($"  +20 % at {commits[3][..7]} 'change 3 ünd more'"));
        // Those that only store results can have changed none.
        Assert.Equal(3, new CommitNames(folder.Path).CountBetween(commits[1], commits[4]));
    }

    [Fact]
    public void Read_RepositoryFromFolders_GivesTheSame()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("stored/2001/deep"));
        for (var n = 0; n < 6; n++) { FakeResults.Write(folder.File($"stored/2001/{(n % 2 == 0 ? "deep/" : "")}{9 - n}"), [HistoryRuns.Run(n, n < 3 ? 400 : 480)]); }

        var model = HistoryModel.Of(FolderResults.Read(folder.File("stored")), null, null);

        Assert.Equal(HistoryRuns.Commit(3), Assert.Single(Assert.Single(model.Cases).Changes).At.Run.Commit);
    }

    [Fact]
    public void Read_RunNotCommittedYet_IsSeen()
    {
        using var folder = new TempFolder();
        Repository(folder, 2, _ => 400);
        FakeResults.Write(folder.File("results"), [HistoryRuns.Run(99, 400)]);

        Assert.Equal(3, GitResults.Read(folder.File("results")).Runs.Count);
    }

    [Fact]
    public void Read_DamagedSnapshot_IsNamedAndPassedOver()
    {
        using var folder = new TempFolder();
        Repository(folder, 3, _ => 400);
        var file = Directory.GetFiles(folder.File("results"), "Precision.json", SearchOption.AllDirectories).Single();
        var whole = File.ReadAllText(file);
        File.WriteAllText(file, whole[..200]);
        var damaged = Commit(folder, "half a file");
        File.WriteAllText(file, whole);
        Commit(folder, "mended");

        var stored = GitResults.Read(folder.File("results"));

        Assert.Equal(3, stored.Runs.Count);
        Assert.StartsWith("Passed over: '", Assert.Single(stored.Problems));
        Assert.Contains($"/Precision.json at {damaged[..7]}", stored.Problems[0]);
    }

    [Fact]
    public void Read_ShallowClone_SaysSo()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("whole"));
        Repository(folder, 4, _ => 400, "whole");
        Git(folder.Path, "clone", "-q", "--depth", "1", $"file://{folder.File("whole")}", "shallow");

        var stored = GitResults.Read(folder.File("shallow/results"));

        Assert.Equal("git fetch --unshallow", Assert.Single(stored.Problems)[^21..]);
        Assert.Single(stored.Runs);
    }

    [Fact]
    public void Read_NoRepositoryOrNoResultsInIt_IsBadInputWithWhatToDo()
    {
        using var folder = new TempFolder();
        FakeResults.Write(folder.File("results"), [HistoryRuns.Run(0, 400)]);

        var none = Assert.Throws<LabException>(() => GitResults.Read(folder.File("results")));
        Git(folder.Path, "init", "-q");
        var empty = Assert.Throws<LabException>(() => GitResults.Read(folder.File("results")));
        File.WriteAllText(folder.File("other"), "");
        Git(folder.Path, "add", "other");
        Git(folder.Path, "commit", "-q", "-m", "no results");
        var other = Assert.Throws<LabException>(() => GitResults.Read(folder.File("results")));

        Assert.All([none, empty, other], e => Assert.Equal(ExitCode.BadInput, e.ExitCode));
        Assert.All([none, empty, other], e => Assert.EndsWith("or read stored results with --from DIR.", e.Message));
        Assert.Contains("not a git repository", none.Message);
        Assert.Contains("No commit here holds results", other.Message);
    }

    [Fact]
    public void Read_FolderWithoutResults_IsBadInput()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("instances.json"), "{}");

        Assert.Contains("holds no readable results", Assert.Throws<LabException>(() => FolderResults.Read(folder.Path)).Message);
        Assert.Contains("was not found", Assert.Throws<LabException>(() => FolderResults.Read(folder.File("none"))).Message);
    }

    [Fact]
    public void SubjectOf_WhatIsNoHash_IsNotAskedOfGit()
    {
        using var folder = new TempFolder();
        Repository(folder, 1, _ => 400);
        var names = new CommitNames(folder.Path);

        Assert.Null(names.SubjectOf($"--output={folder.File("owned")}"));
        Assert.Null(names.SubjectOf(HistoryRuns.Commit(1)));
        Assert.False(File.Exists(folder.File("owned")));
    }

    // For each change of the code a commit, and after it one of the results that were measured there.
    static List<string> Repository(TempFolder folder, int changes, Func<int, double> ms, string below = ".")
    {
        var root = Path.GetFullPath(folder.File(below));
        Git(root, "init", "-q");
        List<string> commits = [];
        for (var n = 0; n < changes; n++)
        {
            File.WriteAllText(Path.Combine(root, "code"), $"{n}");
            commits.Add(CommitAll(root, $"change {n} ünd more"));
            FakeResults.Write(Path.Combine(root, "results"), [HistoryRuns.Run(n, ms(n)) with { Commit = commits[^1] }]);
            CommitAll(root, $"results of change {n}");
        }

        return commits;
    }

    static string Commit(TempFolder folder, string subject) => CommitAll(folder.Path, subject);

    static string CommitAll(string root, string subject)
    {
        Git(root, "add", "-A");
        Git(root, "commit", "-q", "-m", subject);
        return Git(root, "rev-parse", "HEAD");
    }

    static string Git(string folder, params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return output.Trim();
    }
}
