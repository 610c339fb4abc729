using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Tests.Vision;

public class CocoFilesTests
{
    const string Images = """ "images":[{"id":1,"file_name":"a.jpg","width":4,"height":3}] """;
    const string Categories = """ "categories":[{"id":18,"name":"dog"}] """;

    [Fact]
    public void Parse_AnyOrderAndUnknownFields_ReadsAll()
    {
        var truth = Parse($$"""
            {"info":{"a":[1,{"b":2}]},
             "annotations":[{"segmentation":[[1,2,3]],"area":6.5,"iscrowd":1,"image_id":1,"bbox":[1,2,3,4],"category_id":18,"id":5}],
             {{Categories}}, "licenses":[], {{Images}} }
            """);

        Assert.Equal(new CocoImage(1, "a.jpg", new(3, 4)), Assert.Single(truth.Images));
        Assert.Equal(new CocoCategory(18, "dog"), Assert.Single(truth.Categories));
        Assert.Equal(new CocoAnnotation(1, 18, new(1, 2, 3, 4), 6.5, Crowd: true), Assert.Single(truth.Annotations));
    }

    [Theory]
    [InlineData("", "no COCO file")]
    [InlineData("[]", "an object")]
    [InlineData("{", "no COCO file")]
    [InlineData("""{"images":[]}""", "missing 'categories'")]
    [InlineData("""{"images":[],"images":[]}""", "Duplicate property 'images'")]
    [InlineData("""{"images":[null],"annotations":[],"categories":[]}""", "$.images[0]")]
    [InlineData("""{"images":[],"annotations":[null],"categories":[]}""", "$.annotations[0]")]
    [InlineData("""{"images":[],"annotations":[],"categories":[null]}""", "$.categories[0]")]
    [InlineData("""{"images":[1]}""", "$.images[0]")]
    [InlineData("""{"images":{}}""", "$.images")]
    [InlineData("""{"images":[{"id":1},{"id":1}],"annotations":[],"categories":[]}""", "id 1 occurs twice")]
    [InlineData("""{"images":[{"id":1.5}]}""", "$.images[0].id")]
    [InlineData("""{"images":[{"id":1,"file_name":"../../x"}],"annotations":[],"categories":[]}""", "leads out of")]
    [InlineData("""{"images":[{"id":1,"file_name":"/etc/x"}],"annotations":[],"categories":[]}""", "leads out of")]
    [InlineData("""{"images":[{"id":1,"width":-1}],"annotations":[],"categories":[]}""", "no image size")]
    [InlineData("""{"categories":[{"id":5000000000}]}""", "$.categories[0].id")]
    [InlineData("""{"images":[],"annotations":[],"categories":[]} {}""", "no COCO file")]
    public void Parse_BadFile_SaysWhat(string json, string needed) => Assert.Contains(needed, Refused(() => Parse(json)));

    [Theory]
    [InlineData("""{"id":1,"image_id":2,"category_id":18,"bbox":[0,0,1,1]}""", "image 2")]
    [InlineData("""{"id":1,"image_id":1,"category_id":2,"bbox":[0,0,1,1]}""", "category 2")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1]}""", "$.annotations[0].bbox")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1,1]}""", "$.annotations[0].bbox")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1e999]}""", "four finite numbers")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,NaN,1]}""", "no COCO file")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,-1,1]}""", "0 or more")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18}""", "missing 'bbox'")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1],"area":-3}""", "area")]
    [InlineData("""{"id":1,"id":1}""", "Duplicate property 'id'")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1]},{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1]}""", "entry 1 of annotations")]
    public void Parse_BadAnnotation_SaysWhich(string annotation, string needed) =>
        Assert.Contains(needed, Refused(() => Parse($$"""{ {{Images}},{{Categories}},"annotations":[{{annotation}}]}""")));

    [Theory]
    [InlineData("{}", "a list")]
    [InlineData("""[{"image_id":1,"category_id":2,"bbox":[0,0,1,1]}]""", "missing 'score'")]
    [InlineData("""[{"image_id":"1"}]""", "$[0].image_id")]
    [InlineData("""[{"image_id":1,"category_id":2,"bbox":[0,0,1,1],"score":"a"}]""", "$[0].score")]
    [InlineData("""[{"image_id":1,"image_id":1}]""", "Duplicate property 'image_id'")]
    [InlineData("[null]", "$[0]")]
    [InlineData("""[{"image_id":1""", "no COCO file")]
    public void ParseDetections_Bad_SaysWhat(string json, string needed) =>
        Assert.Contains(needed, Refused(() => CocoDetections.Parse(CocoCases.Json(json), "d.json")));

    [Fact]
    public void Parse_TruncatedAnywhere_IsRefusedNotCrashed()
    {
        var whole = $$"""{ {{Images}},{{Categories}},"annotations":[{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1.5,1]}]}""";
        Parse(whole);
        for (var length = 0; length < whole.Length; length++) { Refused(() => Parse(whole[..length])); }
    }

    [Fact]
    public void Parse_TooManyCategories_IsRefusedBeforeMemoryGrows() => Assert.Contains("at most 65536", Refused(() => Parse(
        $$"""{"images":[],"annotations":[],"categories":[{{string.Join(',', Enumerable.Range(0, 70_000).Select(i => $$"""{"id":{{i}}}"""))}}]}""")));

    [Fact]
    public void Parse_DeeplyNested_IsRefused() => Refused(() => Parse("""{"x":""" + new string('[', 100_000)));

    [Fact]
    public void Add_NaNFromAModel_IsRefused()
    {
        Refused(() => new CocoDetections("model").Add(1, 1, new Detection(0, float.NaN, 0, 0, 1, 1)));
        Refused(() => new CocoDetections("model").Add(1, 1, new Detection(0, 1, float.NaN, 0, 1, 1)));
    }

    [Fact]
    public void Save_ThenLoad_KeepsAllBits()
    {
        using var folder = new TempFolder();
        var (_, detections) = CocoCases.Random(11);
        detections.Add(long.MaxValue, 3, new Detection(0, 0.1f, 1 / 3f, 2, 0, 5)); // corners in the wrong order: width 0

        detections.Save(folder.File("d.json"));
        var read = CocoDetections.Load(folder.File("d.json"));

        Assert.Equal(detections.Items, read.Items);
        Assert.Equal(0, read.Items[^1].Box.Width);
        Assert.Equal(JsonValueKind.Array, JsonDocument.Parse(File.ReadAllText(folder.File("d.json"))).RootElement.ValueKind);
    }

    [Fact]
    public void Parse_LargerThanTheBuffer_ReadsAcrossItsEdges()
    {
        // Names of growing length move every token over every place of the 64 KiB buffer's edge.
        var text = new StringBuilder("\uFEFF{ \"annotations\":[], \"categories\":[], \"images\":[");
        for (var i = 0; i < 3000; i++) { text.Append(i == 0 ? "" : ",").Append($$"""{"id":{{i}},"file_name":"{{new string('x', i % 97)}}"}"""); }
        text.Append($$"""],"long":"{{new string('y', 300_000)}}"}""");

        var truth = Parse(text.ToString());

        Assert.Equal(3000, truth.Images.Count);
        Assert.Equal(2999 % 97, truth.Images[2999].FileName.Length);
    }

    /// <summary>The serializer would hold it whole; from a pipe there is no length to look at first.</summary>
    [Theory]
    [InlineData("file_name", "\"", "x")]
    [InlineData("file_name", "\"", "\\")]
    [InlineData("width", "", "1")]
    [InlineData("bbox", "[", "1,")]
    [InlineData("bbox", "[", "[],")]
    [InlineData("bbox", "[", "\"\",")]
    public void Parse_ValueBeyondAllReason_IsRefusedBeforeItIsHeld(string member, string start, string filling)
    {
        var file = new MemoryStream(Encoding.UTF8.GetBytes($"{{\"annotations\":[{{\"{member}\":{start}" + new StringBuilder().Insert(0, filling, ((1 << 26) / filling.Length) + 2)));
        Assert.Contains("one value is longer than 67108864 bytes", Refused(() => CocoGroundTruth.Parse(file, "instances.json")));
    }

    static CocoGroundTruth Parse(string json) => CocoGroundTruth.Parse(CocoCases.Json(json), "instances.json");

    static string Refused(Action action)
    {
        var error = Assert.Throws<LabException>(action);
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        return error.Message;
    }
}
