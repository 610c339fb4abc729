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

    [GeneratedRegex(@"^(public |sealed |static |abstract |readonly |unsafe |partial )*(class|record|interface|enum|struct) \w")]
    private static partial Regex Declaration();
}
