using System.Diagnostics;
using System.Text.Json;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

public class DetectionCommandTests
{
    static readonly string s_image = Path.Combine(TestPaths.Fixtures, "images", "jpeg-420.jpg");

    [Fact]
    public void Detect_FolderWithABrokenImage_WritesTheOthersAndExits1()
    {
        var photograph = TestPaths.SharedData("coco-val2017-mini", "images", "000000000802.jpg");
        using var folder = new TempFolder();
        var images = Directory.CreateDirectory(folder.File("in")).FullName;
        File.Copy(photograph, Path.Combine(images, "kitchen.jpg"));
        File.WriteAllText(Path.Combine(images, "text.jpg"), "no image");
        var run = CliRun.Of("detect", images, "--model", TestPaths.Deim, "--threshold", "0.4", "--out", folder.File("out"), "--draw", "--nms");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("text.jpg' begins with 'no image'", run.Error);
        Assert.Contains("on 1 of 2 images", run.Output);
        Assert.Equal(["detections.json", "kitchen.png", "kitchen.txt"], Directory.EnumerateFiles(folder.File("out")).Select(Path.GetFileName).Order());
        Assert.Contains("refrigerator ", File.ReadAllText(folder.File("out/kitchen.txt")));
    }

    [Fact]
    public void Detect_OneBrokenImage_IsBadInputAndWritesNothing()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("text.jpg"), "no image");
        var run = CliRun.Of("detect", folder.File("text.jpg"), "--model", TestPaths.Deim, "--out", folder.File("out"));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("text.jpg' begins with 'no image', which is damaged or none of the formats", run.Error);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
        Assert.Empty(run.Output);
        Assert.False(Directory.Exists(folder.File("out")));
    }

    [Fact]
    public void Detect_DrawWithoutAnyFont_DrawsBoxesAndSaysThatNamesAreMissing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only on Linux can a process be shown other font folders");
        using var folder = new TempFolder();
        var photograph = TestPaths.SharedData("coco-val2017-mini", "images", "000000000139.jpg");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "detrlab.dll"), "detect", photograph, "--model", TestPaths.Deim, "--threshold", "0.4", "--draw", "--out", folder.File("out")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["XDG_DATA_DIRS"] = folder.Path, ["XDG_DATA_HOME"] = folder.Path, ["HOME"] = folder.Path },
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.True(process.ExitCode == 0, error);
        Assert.Equal($"detrlab: No font was found in {folder.Path}/.fonts, {folder.Path}/fonts: ", error[..error.IndexOf("pictures", StringComparison.Ordinal)]);
        Assert.Equal(1, error.Count(c => c == '\n'));
        Assert.True(File.Exists(folder.File("out/000000000139.png")));
    }

    [Theory]
    [InlineData("--threshold", "1.5")]
    [InlineData("--size", "0")]
    [InlineData("--nms", "-1")]
    [InlineData("--threads", "-1")]
    [InlineData("--engine", "onnx")]
    [InlineData("--engine", "torch")] // an ONNX file needs ort
    public void Detect_WrongOption_Exits2WithoutAStackTrace(string option, string value)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.File("m.onnx"), [1, 2, 3]);
        var run = CliRun.Of("detect", s_image, "--model", folder.File("m.onnx"), "--out", folder.File("out"), option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("detrlab: ", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.False(Directory.Exists(folder.File("out")));
    }

    [Fact]
    public void Detect_UnknownModel_ListsTheKnown()
    {
        var run = CliRun.Of("detect", s_image, "--model", "detr-r5");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("detr-r50", run.Error);
    }

    [Fact]
    public void Eval_DeimOnCocoMini_PrintsApAndStages()
    {
        var dataset = TestPaths.CocoMini;
        using var folder = new TempFolder();
        var run = CliRun.Of("eval", "--model", TestPaths.Deim, "--coco", dataset, "--out", folder.File("d.json"), "--json");

        Assert.Equal(0, run.ExitCode);
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(0.305, json.RootElement.GetProperty("summary").GetProperty("AP").GetDouble(), 0.003);
        Assert.StartsWith("b114aa66", json.RootElement.GetProperty("model").GetProperty("sha256").GetString());
        Assert.True(json.RootElement.GetProperty("meanMs").GetProperty("inferenceMs").GetDouble() > 0);

        // The file that was written says the same again.
        var again = CliRun.Of("coco-eval", "--ground-truth", Path.Combine(dataset, "instances.json"), "--detections", folder.File("d.json"), "--json");
        using var other = JsonDocument.Parse(again.Output);
        Assert.Equal(json.RootElement.GetProperty("summary").GetProperty("AP").GetDouble(), other.RootElement.GetProperty("AP").GetDouble(), 1e-12);
    }

    // The bounds of the lab's promise for a real detector. Built-in pictures calibrate it: no image is both calibrated on and judged.
    [Fact]
    public void Eval_VariantsOfDeim_KeepTheirAccuracyAndAreRecorded()
    {
        using var folder = new TempFolder();
        var run = CliRun.Of(
            "eval", "--model", TestPaths.Deim, "--coco", TestPaths.CocoMini, "--variants", "ort-fp16,ort-int8-static",
            "--out", folder.File("d.json"), "--record", folder.File("results"), "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        using var json = JsonDocument.Parse(run.Output);
        var rows = json.RootElement.GetProperty("variants").EnumerateArray().ToDictionary(r => r.GetProperty("variant").GetString()!);
        double Loss(string variant) => -rows[variant].GetProperty("apDifference").GetProperty("value").GetDouble();
        Assert.InRange(Loss("ort-fp16"), -0.01, 0.001);
        Assert.InRange(Loss("ort-int8-static"), -0.01, 0.010);
        Assert.False(rows["ort-fp32"].TryGetProperty("apDifference", out _));

        var recorded = ResultStore.ReadAccuracy(Assert.Single(Directory.GetDirectories(folder.File("results"))));
        Assert.Equal(rows.Select(r => r.Value.GetProperty("model").GetProperty("sha256").GetString()), recorded.Select(a => a.Artefact.Sha256));
        Assert.All(recorded, a => Assert.Equal(320, a.Size)); // the file's own, though no --size was given
        Assert.Equal(["d.ort-fp16.json", "d.ort-fp32.json", "d.ort-int8-static.json"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("--variants", "ort-fp8", "Unknown variant")]
    [InlineData("--against", "no-such-model", "no-such-model")]
    public void Eval_UnknownVariantOrReference_Exits2(string option, string value, string message)
    {
        var run = CliRun.Of("eval", "--model", TestPaths.Deim, "--coco", TestPaths.CocoMini, option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public void Eval_FolderThatIsNoDataset_SaysWhatIsNeeded()
    {
        using var folder = new TempFolder();
        var run = CliRun.Of("eval", "--model", "detr-r50", "--coco", folder.File("none"));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("images/ and instances.json", run.Error);
    }

    [Fact]
    public void CocoEval_Reference_PrintsThe12NumbersOfPycocotools()
    {
        var reference = TestPaths.SharedData("coco-ap-reference");
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(reference, "expected_bbox_stats.json")));
        var run = CliRun.Of(
            "coco-eval", "--ground-truth", Path.Combine(reference, "instances_val2014_100.json"),
            "--detections", Path.Combine(reference, "instances_val2014_fakebbox100_results.json"));

        Assert.Equal(0, run.ExitCode);
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var numbers = expected.RootElement.GetProperty("stats").EnumerateObject().ToList();
        Assert.Equal(numbers.Select(n => n.Name), lines.Select(l => l[0]));
        Assert.All(numbers.Zip(lines), pair => Assert.Equal(pair.First.Value.GetDouble(), double.Parse(pair.Second[1], CultureInfo.InvariantCulture), 1e-12));
    }
}
