using System.Security.Cryptography;
using System.Text.Json;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>The verb's own work: printing and exit codes. What the zoo does is tested with it.</summary>
public class ModelsCommandTests
{
    [Fact]
    public void List_Text_ShowsEveryModelAndThePublishedFigures()
    {
        var run = CliRun.Of("models", "list");
        Assert.Equal(0, run.ExitCode);
        Assert.All(ModelZoo.Default.List(), model => Assert.Contains(model.Name, run.Output));
        Assert.Matches(@"(?m)^detr-r50 +official +(yes|no) +AP 0\.420 +0\.036 s/image on V100$", run.Output);
        Assert.Matches("(?m)^detr-r50-synthetic +synthetic +yes$", run.Output);
    }

    [Fact]
    public void List_Json_HoldsTheSame()
    {
        var run = CliRun.Of("models", "list", "--json");
        Assert.Equal(0, run.ExitCode);
        var rows = JsonDocument.Parse(run.Output).RootElement.EnumerateArray().ToList();
        Assert.Equal(ModelZoo.Default.List().Select(model => model.Name), rows.Select(row => row.GetProperty("name").GetString()));
        Assert.Equal(0.449, rows.Single(row => row.GetProperty("name").ValueEquals("detr-r101-dc5")).GetProperty("publishedCocoAp").GetDouble());
        Assert.False(rows.Single(row => row.GetProperty("name").ValueEquals("detr-r50-synthetic")).TryGetProperty("publishedCocoAp", out _));
    }

    [Fact]
    public void Fetch_OfficialModel_PrintsWhereItIs()
    {
        var bytes = "weights"u8.ToArray();
        using var folder = new TempFolder();
        using var server = new BrokenServer(c => c.Send($"200 OK\r\nContent-Length: {bytes.Length}", bytes));
        var model = ModelZoo.Default.Models[0] with { Url = server.Url, Sha256Head = Convert.ToHexStringLower(SHA256.HashData(bytes))[..8] };
        using var output = new StringWriter();
        var exitCode = ModelsCommand.Create(new ModelZoo(folder.Path, [model])).Parse(["fetch", "detr-r50"]).Invoke(new() { Output = output });
        Assert.Equal(0, exitCode);
        Assert.Equal($"detr-r50: {folder.File(model.FileName)}", output.ToString().Trim());
        Assert.Equal(bytes, File.ReadAllBytes(folder.File(model.FileName)));
    }

    [Theory]
    [InlineData("Unknown model 'detr-r5'", "models", "fetch", "detr-r5")]
    [InlineData("needs no download", "models", "fetch", "detr-r50-synthetic")]
    [InlineData("'nowhere.pth' was not found", "models", "import", "nowhere.pth")]
    public void Run_Mistake_Exit2AndAMessage(string expected, params string[] args)
    {
        var run = CliRun.Of(args);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }
}
