using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Tests.Vision;

public class OutputTests
{
    static readonly Detection[] s_found = [new(67, 0.98766f, 1.25f, -0.04f, 639.96f, 480), new(17, 0.7f, 10, 20, 30, 40)];

    [Fact]
    public void Format_Detections_AsTheCardAsks()
    {
        var text = DetectionText.Format(4123.4, s_found, LabelMap.CategoryIds);
        Assert.Equal("# Inference time: 4.12s\ndining_table 1.2 0.0 640.0 480.0 0.9877\ncat 10.0 20.0 30.0 40.0 0.7000\n", text);
    }

    [Fact]
    public void Format_AnotherCulture_ChangesNothing()
    {
        var expected = DetectionText.Format(1500, s_found, LabelMap.CategoryIds);
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
        try { Assert.Equal(expected, DetectionText.Format(1500, s_found, LabelMap.CategoryIds)); }
        finally { CultureInfo.CurrentCulture = culture; }
    }

    [Fact]
    public void Format_EveryClassName_LeavesSixFields()
    {
        var all = CocoClasses.All.Select(c => new Detection(c.CategoryId, 1, 0, 0, 1, 1)).Append(new Detection(26, 1, 0, 0, 1, 1));
        var lines = DetectionText.Format(0, all, LabelMap.CategoryIds).TrimEnd('\n').Split('\n');
        Assert.Equal(82, lines.Length);
        Assert.All(lines.Skip(1), l => Assert.Equal(6, l.Split(' ').Length));
    }

    [Fact]
    public void Save_Json_CanBeEvaluatedAndNamesFiles()
    {
        using var folder = new TempFolder();
        DetectionJson.Save(folder.File("detections.json"), [
            .. DetectionJson.Lines(139, "so \"named\" ü.jpg", s_found, LabelMap.CategoryIds),
            .. DetectionJson.Lines(140, "none.jpg", [], LabelMap.CategoryIds),
        ]);

        var read = CocoDetections.Load(folder.File("detections.json"));
        Assert.Equal([(139L, 67), (139L, 17)], read.Items.Select(d => (d.ImageId, d.CategoryId)));
        Assert.Equal(new CocoBox(10, 20, 20, 20), read.Items[1].Box);
        using var document = JsonDocument.Parse(File.ReadAllText(folder.File("detections.json")));
        Assert.Equal("so \"named\" ü.jpg", document.RootElement[0].GetProperty("file_name").GetString());
        Assert.Equal("dining table", document.RootElement[0].GetProperty("category").GetString());
    }

    [Fact]
    public void Save_NothingFound_IsAnEmptyList()
    {
        using var folder = new TempFolder();
        DetectionJson.Save(folder.File("detections.json"), []);
        Assert.Equal("[]\n", File.ReadAllText(folder.File("detections.json"), Encoding.UTF8));
    }

    [Fact]
    public void Numbers_NumericNames_AreTheIds() =>
        Assert.Equal([139, 7], ImageFiles.Numbers(["a/000000000139.jpg", "b/7.png"]));

    [Theory]
    [InlineData("a/139.jpg", "b/photo.jpg")]
    [InlineData("a/139.jpg", "b/0139.png")] // the same number twice
    [InlineData("a/-1.jpg", "b/2.jpg")]
    public void Numbers_OtherNames_CountFromOne(string first, string second) =>
        Assert.Equal([1, 2], ImageFiles.Numbers([first, second]));

    [Fact]
    public void OutputNames_SameName_IsNeverWrittenTwice() =>
        Assert.Equal(["x", "x-2", "X-3", "x-2-2"], ImageFiles.OutputNames(["a/x.jpg", "a/x.png", "b/X.jpg", "c/x-2.jpg"]));

    [Fact]
    public void Expand_Folder_GivesItsImagesByName()
    {
        using var folder = new TempFolder();
        foreach (var name in new[] { "b.JPG", "a.png", "notes.txt", "c.jpeg" }) { File.WriteAllText(folder.File(name), ""); }
        Assert.Equal(["a.png", "b.JPG", "c.jpeg"], ImageFiles.Expand([folder.Path]).Select(Path.GetFileName));
        Assert.Equal([folder.File("notes.txt")], ImageFiles.Expand([folder.File("notes.txt")])); // named by the user: tried
    }

    [Fact]
    public void Expand_NothingThere_IsWrongUse()
    {
        using var folder = new TempFolder();
        Assert.Contains("holds no images", Assert.Throws<LabException>(() => ImageFiles.Expand([folder.Path])).Message);
        Assert.Contains("was not found", Assert.Throws<LabException>(() => ImageFiles.Expand([folder.File("x.jpg")])).Message);
    }
}
