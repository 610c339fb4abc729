using System.Text.RegularExpressions;
using DetrPerfLab.EngineTests.Engines;
using DetrPerfLab.EngineTests.Serving;
using DetrPerfLab.Tests;
using YamlDotNet.RepresentationModel;

namespace DetrPerfLab.EngineTests.Docs;

/// <summary>What is written about serving is held against the server: commands, paths, the files for containers.</summary>
public partial class ServingDocsTests(TinyDetr tiny) : IClassFixture<TinyDetr>
{
    static string Read(params string[] path) => File.ReadAllText(Path.Combine([TestPaths.RepoRoot, .. path]));

    [Fact]
    public async Task Paths_OfThePage_AreThoseOfTheServer()
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        foreach (var (verb, path) in PathCell().Matches(Read("docs", "serving.md")).Select(m => (m.Groups[1].Value, m.Groups[2].Value)))
        {
            using var request = new HttpRequestMessage(new(verb), path);
            using var answer = await served.Client.SendAsync(request);
            Assert.NotEqual(404, (int)answer.StatusCode);
        }
    }

    [Fact]
    public void Kubernetes_Deployment_UsesOptionsAndPathsThatThereAre()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Read("eng", "serving", "kubernetes.yaml")));
        Assert.Equal(["Deployment", "Service", "HorizontalPodAutoscaler"], yaml.Documents.Select(d => d.RootNode["kind"].ToString()));
        var pod = yaml.Documents[0].RootNode["spec"]["template"]["spec"];
        var container = pod["containers"][0];
        string[] entry = [.. Quoted().Matches(Regex.Match(Read("eng", "serving", "Containerfile"), "ENTRYPOINT (.*)").Groups[1].Value).Select(m => m.Groups[1].Value).Skip(2)];
        string[] args = [.. entry, .. ((YamlSequenceNode)container["args"]).Select(a => a.ToString())];
        var parsed = LabCommand.Create().Parse(args);
        Assert.True(parsed.Errors.Count == 0, string.Join("; ", parsed.Errors.Select(e => e.Message)));
        Assert.Equal("serve", parsed.CommandResult.Command.Name);

        // What is under way is answered before the process is killed.
        var drain = Duration.Parse(entry[Array.IndexOf(entry, "--drain") + 1])!.Value;
        Assert.True(int.Parse(pod["terminationGracePeriodSeconds"].ToString()) > drain.TotalSeconds + 5);
        Assert.Equal(["/readyz", "/readyz", "/healthz"], ((string[])["startupProbe", "readinessProbe", "livenessProbe"]).Select(p => container[p]["httpGet"]["path"].ToString()));
        Assert.Equal("detrlab_queue_pictures", yaml.Documents[2].RootNode["spec"]["metrics"][0]["pods"]["metric"]["name"].ToString());
    }

    [GeneratedRegex(@"`(GET|POST) (/[a-z./]*)`")]
    private static partial Regex PathCell();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();
}
