using System.Text.RegularExpressions;

namespace DetrPerfLab.Tests;

/// <summary>What a type is for stands above it; members say what their names do not.</summary>
public partial class DocumentationTests
{
    [Fact]
    public void Type_OfTheHouse_SaysWhatItIsFor()
    {
        var silent = new[] { "harness", "benchmarks" }
            .SelectMany(top => Directory.EnumerateFiles(Path.Combine(TestPaths.RepoRoot, top), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
            .SelectMany(file => TopLevelTypes(File.ReadAllLines(file)).Where(t => !t.Documented).Select(t => $"{Path.GetFileName(file)}: {t.Line}"));
        Assert.Empty(silent);
    }

    /// <summary>A newcomer can follow each way: its files are there, and fewer than 25.</summary>
    [Fact]
    public void WaysThroughTheCode_OfContributing_AreThereAndShort()
    {
        var ways = File.ReadAllText(Path.Combine(TestPaths.RepoRoot, "CONTRIBUTING.md")).Split("\n**")[1..]
            .Select(way => Step().Matches(way).Select(m => m.Groups[1].Value).ToList()).Where(way => way.Count > 0).ToList();
        Assert.Equal(5, ways.Count);
        Assert.All(ways, way => Assert.InRange(way.Count, 2, 24));
        Assert.All(ways.SelectMany(w => w), file =>
            Assert.True(File.Exists(Path.Combine(TestPaths.RepoRoot, file.StartsWith("benchmarks/", StringComparison.Ordinal) ? file : $"harness/DetrPerfLab.{file}")), file));
    }

    static IEnumerable<(string Line, bool Documented)> TopLevelTypes(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (!Declaration().IsMatch(lines[i]) || lines[i].Contains(" partial ")) { continue; } // another part may say it
            var above = i - 1;
            while (above >= 0 && lines[above].StartsWith('[')) { above--; }
            yield return (lines[i], above >= 0 && lines[above].StartsWith("///", StringComparison.Ordinal));
        }
    }

    [GeneratedRegex(@"(?m)^\| \d+ \| `([^`]+)` \|")]
    private static partial Regex Step();

    [GeneratedRegex(@"^(public |sealed |static |abstract |readonly |unsafe |partial )*(class|record|interface|enum|struct) \w")]
    private static partial Regex Declaration();
}
