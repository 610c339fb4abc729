using System.Text.Json;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>On the real detector and photographs: the picks, the written folder, the program in it, the proof.</summary>
public sealed class OptimizeCommandTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Optimize_RealDetectorWithLabels_WritesWhatItsProofAndItsProgramRepeat()
    {
        var deploy = _folder.File("deploy");
        using StringWriter output = new(), error = new();
        var options = new OptimizeOptions { Model = TestPaths.Deim, Coco = TestPaths.CocoMini, MaxApLoss = 5, Minutes = 1, Out = deploy };
        // Tests run on machines that are busy; what is tested here does not depend on the times.
        var anything = new FigureLimits(double.PositiveInfinity, double.PositiveInfinity);
        var limits = new ContaminationLimits { StealShare = anything, OthersShare = anything, InvoluntarySwitchesPerSecond = anything, SpeedChange = anything };
        var code = new OptimizeSession(options, output, error, CancellationToken.None, limits).Run();
        Assert.True(code == ExitCode.Done, error.ToString());
        Assert.All((string[])["safest", "balanced", "fastest"], pick => Assert.Matches($@"(?m)^{pick} +ort-\S+", output.ToString()));
        Assert.Contains("Not measurable here: ort-cuda-fp32", output.ToString());
        var facts = JsonSerializer.Deserialize<DeployedModel>(File.ReadAllText(Path.Combine(deploy, "deploy.json")), LabJson.Options)!;
        Assert.Empty(facts.Judged.Intersect(facts.Calibrated)); // never the same images
        Assert.Equal(15, facts.Calibrated.Count);
        Assert.InRange(facts.Judged.Count, 10, 64); // fewer where the machine is slow
        Assert.Equal(FileHash.Sha256(Path.Combine(deploy, "model.onnx")), facts.Sha256);

        // The proof repeats the AP to the digit.
        var proof = CliRun.Of("eval", "--model", deploy, "--coco", TestPaths.CocoMini, "--out", _folder.File("detections.json"), "--json");
        Assert.Contains("images of the proof", proof.Error);
        var ap = JsonDocument.Parse(proof.Output).RootElement.GetProperty("summary").GetProperty("AP").GetDouble();
        Assert.Equal(facts.Picks["fastest"].Points / 100, ap, 1e-12);

        AssertProgramFindsTheSame(deploy, Path.Combine(TestPaths.CocoMini, "images", "000000000139.jpg"), Path.Combine(TestPaths.CocoMini, "images", "000000000802.jpg"));
    }

    [Fact]
    public void Optimize_WhatCannotBe_Exit2AndOneLine()
    {
        foreach (var (args, because) in new (string[], string)[]
        {
            (["--coco", TestPaths.CocoMini, "--imagefolder", TestPaths.CocoMini], "one labelled data set"),
            (["--imagefolder", TestPaths.CocoMini], "Use: --coco DIR"),
            (["--max-ap-loss", "1"], "has an effect with --coco or --imagefolder only"),
            (["--coco", TestPaths.CocoMini, "--min-agreement", "95"], "has an effect with pictures without labels only"),
            (["--coco", TestPaths.CocoMini, "--calibrate", _folder.File("nothing")], "nothing"),
        })
        {
            var run = CliRun.Of(["optimize", "--model", TestPaths.Deim, "--out", _folder.File("deploy"), .. args]);
            Assert.True(run.ExitCode == 2 && run.Error.Contains(because), $"{string.Join(' ', args)}: {run.ExitCode} {run.Error}");
        }

        Directory.CreateDirectory(_folder.File("deploy"));
        File.WriteAllText(_folder.File("deploy/README.md"), "the user's");
        Assert.Contains("was not made by this command", CliRun.Of("optimize", "--model", TestPaths.Deim, "--out", _folder.File("deploy")).Error);
    }

    /// <summary>Built with plain packages, it says what the lab says: of all queries, whatever their score.</summary>
    [Theory]
    [InlineData("detr")]
    [InlineData("classifier")]
    public void Program_OfAFamily_SaysWhatTheLabSays(string family)
    {
        ModelConfig config = family == "detr"
            ? new DetrConfig { Name = "tiny", BackboneDepth = 18, HiddenDim = 64, EncoderLayers = 2, DecoderLayers = 2, FeedForwardDim = 128, Queries = 10, Classes = 5 }
            : new ResNetConfig { Name = "resnet18", Depth = 18, Classes = 5 };
        var (model, photograph) = (_folder.File("model.onnx"), Path.Combine(TestPaths.CocoMini, "images", "000000000139.jpg"));
        OnnxFile.Save(DetrExporter.Export(SyntheticWeights.Create(config), new ExportOptions()), model);
        var use = ModelFile.UseOf(model);
        var text = DeployProgram.Create(use, new DetectorOptions(), ["using var options = new SessionOptions();"]);
        File.WriteAllText(_folder.File("Program.cs"), text.Replace("0.7f", "0f"));
        File.WriteAllText(_folder.File("labels.txt"), DeployProgram.Labels(use));
        File.WriteAllText(_folder.File("Run.csproj"), Deployment.ProjectText(new Dictionary<string, string>([.. EnginePackages.Describe(), .. VisionPackages.Describe()])));
        var run = CliRun.OfProgram("dotnet", ["run", "-c", "Release", "--project", _folder.Path, "--", photograph]);
        Assert.True(run.ExitCode == 0, run.Error + run.Output);
        if (family == "detr")
        {
            Assert.Equal(0, CliRun.Of("detect", photograph, "--model", model, "--threshold", "0", "--out", _folder.File("out")).ExitCode);
            AssertSame(File.ReadAllLines(_folder.File("out/000000000139.txt")).Skip(1), run.Output);
        }
        else
        {
            var said = CliRun.Of("classify", photograph, "--model", model).Output.Split(": ")[1].Trim().Split(", ");
            AssertSame(said.Select(s => $"{s[(s.LastIndexOf(' ') + 1)..]} {s[..s.LastIndexOf(' ')]}"), run.Output);
        }
    }

    /// <summary>Line by line, each number to a unit of its last digit: exponentials and sums are taken in another order.</summary>
    static void AssertSame(IEnumerable<string> expected, string output)
    {
        var found = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Count(), found.Length);
        Assert.All(expected.Zip(found), line =>
        {
            var (a, b) = (line.First.Split(' '), line.Second.Split(' '));
            Assert.Equal(a.Length, b.Length);
            Assert.All(a.Zip(b), word =>
            {
                if (double.TryParse(word.First, CultureInfo.InvariantCulture, out var number)) { Assert.Equal(number, double.Parse(word.Second, CultureInfo.InvariantCulture), word.First.Contains('.') && word.First.Split('.')[1].Length > 1 ? 0.00011 : 0.11); }
                else { Assert.Equal(word.First, word.Second); }
            });
        });
    }

    void AssertProgramFindsTheSame(string deploy, params string[] photographs)
    {
        Assert.InRange(File.ReadAllLines(Path.Combine(deploy, "Program.cs")).Length, 20, 59);
        var run = CliRun.OfProgram("dotnet", ["run", "-c", "Release", "--project", deploy, "--", .. photographs]);
        Assert.True(run.ExitCode == 0, run.Error + run.Output);
        var detect = CliRun.Of(["detect", .. photographs, "--model", deploy, "--out", _folder.File("out")]);
        Assert.True(detect.ExitCode == 0, detect.Error);
        var expected = photographs.SelectMany(p => File.ReadAllLines(_folder.File($"out/{Path.GetFileNameWithoutExtension(p)}.txt")).Skip(1)).ToArray();
        Assert.NotEmpty(expected);
        Assert.Equal(expected, run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
