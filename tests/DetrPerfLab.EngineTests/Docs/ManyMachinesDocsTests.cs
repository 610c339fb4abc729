using System.Text.RegularExpressions;
using DetrPerfLab.Tests;
using YamlDotNet.RepresentationModel;

namespace DetrPerfLab.EngineTests.Docs;

/// <summary>The files for those who have no Slurm are held against the commands; the lines of the page itself: <see cref="ReadmeTests"/>.</summary>
public partial class ManyMachinesDocsTests
{
    static string Read(params string[] path) => File.ReadAllText(Path.Combine([TestPaths.RepoRoot, .. path]));

    public static TheoryData<string> Lines =>
    [
        .. Parallel().Matches(Read("docs", "many-machines.md")).Select(m => m.Groups[1].Value.Replace("{}", "3")),
        .. Read("eng", "fleet", "github.yml").Split('\n').Where(line => line.Contains("run: ./detrlab")).Select(line => line[line.IndexOf("./detrlab", StringComparison.Ordinal)..].Replace("${{ matrix.part }}", "3")),
        Regex.Match(Read("eng", "fleet", "kubernetes-job.yaml"), "dotnet /app/(detrlab.dll[^\"]+)").Groups[1].Value.Replace("$((JOB_COMPLETION_INDEX + 1))", "3"),
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Command_OfThePages_IsUnderstood(string line)
    {
        var words = line.Split('#')[0].Replace("'", "").Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        var parsed = LabCommand.Create().Parse(words);
        Assert.True(parsed.Errors.Count == 0 && Mistakes.Of(parsed).Count == 0, $"{line}: {string.Join("; ", parsed.Errors.Select(e => e.Message))}");
    }

    [Fact]
    public void Files_ForOthers_AreYamlOfTheirKind()
    {
        var (job, workflow) = (Load("kubernetes-job.yaml"), Load("github.yml"));
        Assert.Equal(("Job", "Indexed"), (job["kind"].ToString(), job["spec"]["completionMode"].ToString()));
        Assert.Contains($"/{job["spec"]["completions"]} ", job["spec"]["template"]["spec"]["containers"][0]["args"][0].ToString());
        var parts = (YamlSequenceNode)workflow["jobs"]["part"]["strategy"]["matrix"]["part"];
        Assert.Equal(Enumerable.Range(1, parts.Children.Count).Select(n => $"{n}"), parts.Children.Select(n => n.ToString()));
        Assert.All(parts.Children, n => Assert.Contains($"part-{n}.jsonl", workflow["jobs"]["merge"]["steps"][3]["run"].ToString()));
    }

    static YamlNode Load(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Read("eng", "fleet", file)));
        return Assert.Single(yaml.Documents).RootNode;
    }

    [GeneratedRegex(@"`parallel -S a,b (\./detrlab .*?) :::")]
    private static partial Regex Parallel();
}
