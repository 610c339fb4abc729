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

    /// <summary>Each line of each <c>sh</c> block, without comments; those of the pages that it points to, too.</summary>
    public static TheoryData<string> Commands =>
        [.. ShellBlock().Matches(string.Concat(Directory.GetFiles(Path.Combine(TestPaths.RepoRoot, "docs"), "*.md").Append(Path.Combine(TestPaths.RepoRoot, "models", "README.md")).Select(File.ReadAllText).Prepend(s_readme)))
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
            case "curl" or "export":
                break; // what they ask for is held against the server by ServingDocsTests
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

    /// <summary>The table of the report's answer, letter for letter; never a contaminated row. <c>LAB_UPDATE=1 ./test.sh</c> writes it anew.</summary>
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

    /// <summary>The table of the answer with its footnotes; what decides there is never contaminated.</summary>
    static string BlockOf(string report)
    {
        var table = AnswerTable().Match(report);
        Assert.True(table.Success, "the report has no table of variants");
        Assert.DoesNotContain("contaminated", table.Value, StringComparison.Ordinal);
        Assert.InRange(table.Groups[1].Value.Count(c => c == '\n'), 3, 2 + MostRows);
        return $"<!-- results:begin -->\n{table.Value.TrimEnd('\n')}\n<!-- results:end -->";
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

    // Below it a line for all variants may name a part of the report, which is not here.
    [GeneratedRegex(@"(\| variant \|.*\n(?:\|.*\n)+)(?:\n(?:<sub>\[.*\n?)+)?")]
    private static partial Regex AnswerTable();

    [GeneratedRegex(@"<!-- results:begin -->.*<!-- results:end -->", RegexOptions.Singleline)]
    private static partial Regex ResultBlock();

    [GeneratedRegex(@"```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"\]\(([^)\s]+)\)|(?:src|srcset)=""([^""]+)""")]
    private static partial Regex RelativeLink();
}
