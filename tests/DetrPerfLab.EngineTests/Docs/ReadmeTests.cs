using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Text.RegularExpressions;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Docs;

/// <summary>What README.md tells a person to type is there and is understood.</summary>
public partial class ReadmeTests
{
    const int MostRows = 8;

    static readonly string s_readme = File.ReadAllText(Path.Combine(TestPaths.RepoRoot, "README.md"));

    /// <summary>Each line of each <c>sh</c> block, without comments.</summary>
    public static TheoryData<string> Commands =>
        [.. ShellBlock().Matches(s_readme)
            .SelectMany(block => block.Groups[1].Value.Split('\n'))
            .Select(line => line.Split(" #")[0].Trim())
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Distinct()];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_OfReadme_IsUnderstood(string command)
    {
        var words = CommandLineParser.SplitCommandLine(command.Replace('\'', '"')).ToArray();
        switch (words[0])
        {
            case "./detrlab":
                var parsed = LabCommand.Create().Parse(words[1..]);
                Assert.True(parsed.Errors.Count == 0, $"{command}: {string.Join("; ", parsed.Errors.Select(e => e.Message))}");
                break;
            case "./run-all.sh" or "./test.sh":
                Assert.True(File.Exists(Path.Combine(TestPaths.RepoRoot, words[0])), $"{words[0]} is not there");
                break;
            case "cd":
                Assert.True(Directory.Exists(Path.Combine(TestPaths.RepoRoot, words[1])), $"folder {words[1]} is not there");
                break;
            default:
                Assert.True(words[0] is "dotnet" or "git", $"README tells to type '{words[0]}', which nothing here checks");
                break;
        }
    }

    [Fact]
    public void Links_OfReadme_PointToFilesThatAreThere()
    {
        var targets = RelativeLink().Matches(s_readme).Select(m => m.Groups[1].Value.Split('#')[0]).Where(t => t.Length > 0 && !t.Contains("://"));
        Assert.DoesNotContain(targets, t => !Path.Exists(Path.Combine(TestPaths.RepoRoot, t)));
    }

    /// <summary>The baseline and the fastest of the report's table, letter for letter; never a contaminated row. <c>LAB_UPDATE=1 ./test.sh</c> writes it anew.</summary>
    /// <remarks>As committed: whoever measures on their own machine changes results/, and need not change the README.</remarks>
    [Fact]
    public void Table_OfReadme_IsThatOfTheReport()
    {
        if (Environment.GetEnvironmentVariable("LAB_UPDATE") == "1")
        {
            var report = File.ReadAllText(Path.Combine(TestPaths.RepoRoot, "results", "report.md"));
            File.WriteAllText(Path.Combine(TestPaths.RepoRoot, "README.md"), ResultBlock().Replace(s_readme, BlockOf(report)));
            return;
        }

        Assert.Equal(BlockOf(Committed("results/report.md")), ResultBlock().Match(Committed("README.md")).Value);
    }

    /// <summary>The table's head, at most eight clean rows, and the footnotes of those.</summary>
    static string BlockOf(string report)
    {
        var table = EffectTable().Match(report);
        Assert.True(table.Success, "the report has no table of variants");
        string[] lines = table.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] clean = [.. lines.Skip(2).Where(row => !row.Contains("**contaminated**", StringComparison.Ordinal) && !row.Contains("not measured", StringComparison.Ordinal))];
        var baseline = clean.Single(row => row.Split('|')[2].Contains("baseline", StringComparison.Ordinal));
        string[] rows = [.. clean.Where((row, i) => row == baseline || i >= clean.Length - (MostRows - 1))];

        var notes = new List<string>();
        var texts = table.Groups[2].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(line => Footnote().Match(line).Value, StringComparer.Ordinal);
        var block = string.Concat(lines.Take(2).Concat(rows).Select(line => Footnote().Replace(line, m =>
        {
            if (!texts.ContainsKey(m.Value)) { return m.Value; } // an interval, which is in brackets too
            if (!notes.Contains(m.Value)) { notes.Add(m.Value); }
            return $"[{notes.IndexOf(m.Value) + 1}]";
        }) + "\n"));
        var footnotes = string.Join("<br>\n", notes.Select((note, i) => texts[note].Replace(note, $"[{i + 1}]", StringComparison.Ordinal).Replace("<br>", "", StringComparison.Ordinal)));
        return $"<!-- results:begin -->\n{block}{(notes.Count > 0 ? $"\n{footnotes}\n" : "")}<!-- results:end -->";
    }

    static string Committed(string path)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["show", $"HEAD:{path}"])
        {
            WorkingDirectory = TestPaths.RepoRoot,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var text = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.SkipUnless(git.ExitCode == 0, $"git does not know {path} here: the copy is no checkout");
        return text;
    }

    [Fact]
    public void Length_OfReadme_IsUnder250Lines() => Assert.True(s_readme.Count(c => c == '\n') < 250);

    [GeneratedRegex(@"## What each variant costs and gains\n\n((?:\|.*\n)+)(?:\n(<sub>\[.*(?:\n<sub>\[.*)*\n))?")]
    private static partial Regex EffectTable();

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Footnote();

    [GeneratedRegex(@"<!-- results:begin -->.*<!-- results:end -->", RegexOptions.Singleline)]
    private static partial Regex ResultBlock();

    [GeneratedRegex(@"```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"\]\(([^)\s]+)\)|(?:src|srcset)=""([^""]+)""")]
    private static partial Regex RelativeLink();
}
