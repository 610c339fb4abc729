using System.Reflection;
using System.Text.Json;
using DetrPerfLab.Tests;
using DataType = DetrPerfLab.Onnx.Proto.TensorProto.Types.DataType;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>A classifier whose right answers are plain to see: which of three colours a picture mostly has.</summary>
public sealed class ClassificationCommandTests : IDisposable
{
    static readonly string[] s_names = ["红", "зелёный", "blue, azure"];
    static readonly string[] s_pixels = ["--mean", "0,0,0", "--scale", "1/255"];

    readonly TempFolder _folder = new();

    public ClassificationCommandTests()
    {
        File.WriteAllLines(_folder.File("names.txt"), s_names);
        for (var c = 0; c < 3; c++)
        {
            var folder = Directory.CreateDirectory(_folder.File($"data/{(c == 2 ? "Azure" : s_names[c])}")).FullName; // one of the synonyms
            for (var i = 0; i < 4; i++) { File.WriteAllBytes(Path.Combine(folder, $"{i}.jpg"), ImageWriter.Jpeg(Picture(c, i), 95)); }
        }
    }

    static string ResNet18 => typeof(ClassificationCommandTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "ResNet18").Value!;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Eval_ImageFolder_NamesOfAnyScript_AllAreRight()
    {
        var run = CliRun.Of(["eval", "--model", Model(), "--imagefolder", _folder.File("data"), "--labels", _folder.File("names.txt"), .. s_pixels, "--out", _folder.File("c.json"), "--record", _folder.File("results"), "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        using var json = JsonDocument.Parse(run.Output);
        var variant = json.RootElement.GetProperty("variants")[0];
        Assert.Equal((1, 1), (variant.GetProperty("top1").GetProperty("value").GetDouble(), variant.GetProperty("top5").GetProperty("value").GetDouble()));
        Assert.Contains("\"name\": \"红\"", File.ReadAllText(_folder.File("c.json")));
        Assert.Contains("\"top1\": 1", File.ReadAllText(Directory.EnumerateFiles(_folder.File("results"), "*.json", SearchOption.AllDirectories).First(f => f.Contains("ccuracy"))));
    }

    [Fact]
    public void Eval_ImageFolder_WrongAnswers_AreCountedAsAnybodyWould()
    {
        // One of twelve pictures is said to be of another class.
        var truth = Directory.EnumerateFiles(_folder.File("data"), "*.jpg", SearchOption.AllDirectories).Order()
            .Select((f, i) => $"{Path.GetRelativePath(_folder.File("data"), f)}\t{(i == 0 ? "红" : Path.GetFileName(Path.GetDirectoryName(f)))}").ToList();
        File.WriteAllLines(_folder.File("truth.txt"), truth);
        var run = CliRun.Of(["eval", "--model", Model(), "--imagefolder", _folder.File("data"), "--truth", _folder.File("truth.txt"), "--labels", _folder.File("names.txt"), .. s_pixels, "--out", _folder.File("c.json"), "--json",
            "--variants", "ort-fp32,ort-fp16"]);
        Assert.True(run.ExitCode == 0, run.Error);
        using var json = JsonDocument.Parse(run.Output);
        Assert.All(json.RootElement.GetProperty("variants").EnumerateArray(), v => Assert.Equal(11 / 12.0, v.GetProperty("top1").GetProperty("value").GetDouble(), 1e-12));
        Assert.Equal((0, 1), (json.RootElement.GetProperty("variants")[1].GetProperty("difference").GetProperty("value").GetDouble(), json.RootElement.GetProperty("variants")[1].GetProperty("agreement").GetDouble()));
    }

    [Theory]
    [InlineData("float16")]
    [InlineData("channels-last")]
    [InlineData("batch")]
    [InlineData("bgr")]
    public void Classify_ModelsOfOtherForms_SayTheSame(string form)
    {
        var pictures = Directory.EnumerateFiles(_folder.File("data"), "*.jpg", SearchOption.AllDirectories).Order().ToArray();
        string[] options = [.. s_pixels, .. form == "bgr" ? (string[])["--channel-order", "bgr"] : []];
        var run = CliRun.Of(["classify", .. pictures, "--model", Model(form), "--labels", _folder.File("names.txt"), .. options, "--top", "1"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(pictures.Select(p => p.Contains("Azure") ? "blue, azure" : Path.GetFileName(Path.GetDirectoryName(p))!), run.Output.Trim().Split('\n').Select(l => l.Split(": ")[1][..^" 0.0000".Length]));
    }

    [Fact]
    public void Classify_NothingSaysHowPicturesAreScaled_IsRefusedWithTheOptions()
    {
        var run = CliRun.Of("classify", _folder.File("data"), "--model", Model());
        Assert.Equal(2, run.ExitCode);
        var folder = CliRun.Of("eval", "--imagefolder", _folder.File("data"), "--model", Model());
        Assert.Contains("--mean 0.485,0.456,0.406 --std 0.229,0.224,0.225", folder.Error);
        Assert.Equal(2, folder.ExitCode);
    }

    [Fact]
    public void Eval_FoldersThatAreNoClassesOfTheModel_ShowsBothLists()
    {
        var run = CliRun.Of(["eval", "--model", Model(), "--imagefolder", _folder.File("data"), .. s_pixels]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Azure, зелёный, 红", run.Error);
        Assert.Contains("3 without names", run.Error);
        Assert.Contains("--labels", run.Error);
    }

    /// <summary>As torchvision's ImageFolder, pictures lie in their class at any depth; what is not counted is said.</summary>
    [Fact]
    public void Eval_NestedEmptyAndLoose_AreCountedOrNamed()
    {
        Directory.CreateDirectory(_folder.File("data/红/深"));
        File.Move(_folder.File("data/红/0.jpg"), _folder.File("data/红/深/0.jpg"));
        Directory.CreateDirectory(_folder.File("data/空"));
        File.Copy(_folder.File("data/红/1.jpg"), _folder.File("data/loose.jpg"));
        File.WriteAllText(_folder.File("data/红/notes.txt"), "");
        var run = CliRun.Of(["eval", "--model", Model(), "--imagefolder", _folder.File("data"), "--labels", _folder.File("names.txt"), .. s_pixels, "--out", _folder.File("c.json")]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("12 pictures of 3 classes", run.Output);
        Assert.Contains("class folders without pictures, not counted: 1 of 4: 空", run.Output);
        Assert.Contains("pictures in no class folder, not counted: 1", run.Output);
        Assert.Contains("1 *.txt", run.Output);
    }

    [Theory]
    [InlineData("empty", "holds no pictures in folders")]
    [InlineData("data/红", "holds no pictures in folders")]
    [InlineData("nowhere", "nowhere")]
    public void Eval_FolderWithoutPicturesInFolders_IsOneLine(string folder, string message)
    {
        Directory.CreateDirectory(_folder.File("empty/a"));
        var run = CliRun.Of(["eval", "--model", Model(), "--imagefolder", _folder.File(folder), "--labels", _folder.File("names.txt"), .. s_pixels, "--out", _folder.File("c.json")]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, Assert.Single(run.Error.Trim().Split('\n')));
    }

    [Theory]
    [InlineData(new[] { "红", "зелёный" }, "names 2 classes (labels 0 to 1), the model has 3")]
    [InlineData(new[] { "红", "зелёный", "Azure", "四" }, "names 4 classes (labels 0 to 3), the model has 3")]
    [InlineData(new[] { "a", "b", "c" }, "3 of the 3 classes of the data set are none of the model's")]
    public void Eval_LabelsThatDoNotFit_IsOneLine(string[] names, string message)
    {
        File.WriteAllLines(_folder.File("other.txt"), names);
        var run = CliRun.Of(["eval", "--model", Model(), "--imagefolder", _folder.File("data"), "--labels", _folder.File("other.txt"), .. s_pixels, "--out", _folder.File("c.json")]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, Assert.Single(run.Error.Trim().Split('\n')));
    }

    [Fact]
    public void Classify_FoldersBelow_AreTakenOnRequest()
    {
        var refused = CliRun.Of(["classify", _folder.File("data"), "--model", Model(), "--labels", _folder.File("names.txt"), .. s_pixels]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--recursive", refused.Error);
        var run = CliRun.Of(["classify", _folder.File("data"), "--recursive", "--model", Model(), "--labels", _folder.File("names.txt"), .. s_pixels, "--top", "1"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(12, run.Output.Trim().Split('\n').Length);
    }

    [Fact]
    public void Detect_Classifier_NamesTheRightVerb() =>
        Assert.Contains("detrlab classify", CliRun.Of(["detect", _folder.File("data/红"), "--model", Model(), .. s_pixels, "--out", _folder.File("out")]).Error);

    [Fact]
    public void Classify_RealNetworkOfMlNet_SeesThePicturesApart()
    {
        Assert.True(File.Exists(ResNet18), $"{ResNet18} comes with a package of this project");
        var inspected = CliRun.Of("inspect", ResNet18);
        Assert.Contains("classifier", inspected.Output);
        Assert.Contains("512, names: none", inspected.Output);
        var run = CliRun.Of("classify", Path.Combine(TestPaths.Fixtures, "images", "jpeg-420.jpg"), "--model", ResNet18, "--mean", "0,0,0", "--scale", "1", "--channel-order", "bgr", "--json");
        Assert.True(run.ExitCode == 0, run.Error);

        // Against ONNX Runtime on tensors that this test prepares by hand.
        using var engine = new OrtEngine(ResNet18, new OrtEngineOptions());
        var (image, resized) = (new RgbImage(), new RgbImage());
        new ImageDecoder().Decode(Path.Combine(TestPaths.Fixtures, "images", "jpeg-420.jpg"), image);
        var size = ResizeRule.ShorterSide(256, 65535).Apply(image.Size);
        resized = ResizeReference.Resize(image, size);
        var input = new HostTensor(engine.Inputs[0].Name, ElementType.Float32, 1, 3, 224, 224);
        var (top, left) = ((int)Math.Round((size.Height - 224) / 2.0), (int)Math.Round((size.Width - 224) / 2.0));
        for (var i = 0; i < input.Count; i++)
        {
            var (c, y, x) = (i / (224 * 224), i / 224 % 224, i % 224);
            input.Floats[i] = resized.Pixels[((((y + top) * size.Width) + x + left) * 3) + 2 - c];
        }

        var inputs = new TensorSet(input);
        var outputs = engine.AllocateOutputs(inputs);
        engine.Run(inputs, outputs);
        using var json = JsonDocument.Parse(run.Output);
        var said = json.RootElement[0].GetProperty("classes")[0].GetProperty("label").GetInt32();
        Assert.Equal(outputs[0].Floats.ToArray().Index().MaxBy(f => f.Item).Index, said);
    }

    /// <summary>Mean of each channel, sharpened; in one of several forms.</summary>
    string Model(string form = "plain")
    {
        var (last, bgr, batch) = (form == "channels-last", form == "bgr", form == "batch");
        Dimension n = batch ? 4 : "N";
        var graph = new TestGraph();
        var type = form == "float16" ? DataType.Float16 : DataType.Float;
        var input = OnnxValues.Create("x", type, last ? [n, 32, 32, 3] : [n, 3, 32, 32]);
        graph.Model.Graph.Input.Add(input);
        graph.Model.Graph.Output.Add(OnnxValues.Create("y", type, [n, 3]));
        graph.Const("w", [3, 3], bgr ? [0, 0, 20, 0, 20, 0, 20, 0, 0] : [20, 0, 0, 0, 20, 0, 0, 0, 20]);
        if (last) { graph.Node("Transpose", "x", "p", node => node.Set("perm", 0, 3, 1, 2)); }
        if (type == DataType.Float16) { graph.Node("Cast", "x", "p", node => node.Set("to", (int)DataType.Float)); }
        graph.Node("GlobalAveragePool", last || type == DataType.Float16 ? "p" : "x", "g").Node("Flatten", "g", "f").Node("MatMul", "f w", type == DataType.Float16 ? "m" : "y");
        if (type == DataType.Float16) { graph.Node("Cast", "m", "y", node => node.Set("to", (int)DataType.Float16)); }
        var path = _folder.File($"{form}.onnx");
        OnnxFile.Save(graph.Model, path);
        return path;
    }

    static RgbImage Picture(int channel, int index)
    {
        var image = new RgbImage();
        image.Resize(new(40 + index, 60));
        for (var i = 0; i < image.Pixels.Length; i++) { image.Pixels[i] = (byte)((i % 3 == channel ? 200 : 60) + (i / 3 % 7)); }
        return image;
    }
}
