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
    [InlineData("""{"images":[],"annotations":[null],"categories":[]}""", "entry 0 of annotations: it is null")]
    [InlineData("""{"images":{}}""", "$.images")]
    [InlineData("""{"images":[],"annotations":[],"categories":[{"id":1,"name":"a"},{"id":1,"name":"b"}]}""", "id 1 is both 'a' and 'b'")]
    [InlineData("""{"images":[],"annotations":[],"categories":[]} {}""", "no COCO file")]
    public void Parse_BadFile_SaysWhat(string json, string needed) => Assert.Contains(needed, Refused(() => Parse(json)));

    [Theory]
    [InlineData("""{"id":1,"image_id":2,"category_id":18,"bbox":[0,0,1,1]}""", "image 2")]
    [InlineData("""{"id":1,"image_id":1,"category_id":2,"bbox":[0,0,1,1]}""", "category 2")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1]}""", "entry 0 of annotations: bbox is missing or no list of four numbers")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1,1]}""", "entry 0 of annotations: bbox is missing or no list of four numbers")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1e999]}""", "four finite numbers")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,NaN,1]}""", "NaN or Infinity, which JSON has no number for, at $.annotations[0]")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,-1,1]}""", "0 or more")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18}""", "bbox is missing")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1],"area":-3}""", "area")]
    [InlineData("""{"id":1,"id":1}""", "it has 'id' twice")]
    [InlineData("""{"id":1,"image_id":"1","category_id":18,"bbox":[0,0,1,1]}""", "image_id is missing or no whole number")]
    [InlineData("""{"id":1,"image_id":1.5,"category_id":18,"bbox":[0,0,1,1]}""", "image_id is missing or no whole number")]
    [InlineData("""{"id":1,"image_id":1,"category_id":5000000000,"bbox":[0,0,1,1]}""", "beyond 32 bits")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1],"iscrowd":"yes"}""", "iscrowd is neither")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18},{"id":2,"image_id":1,"category_id":18,"bbox":null}""", "and 1 more")]
    [InlineData("""{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1]},{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1]}""", "entry 1 of annotations")]
    public void Parse_BadAnnotation_SaysWhich(string annotation, string needed) =>
        Assert.Contains(needed, Refused(() => Parse($$"""{ {{Images}},{{Categories}},"annotations":[{{annotation}}]}""")));

    [Theory]
    [InlineData("{}", "a list")]
    [InlineData("""[{"image_id":1,"category_id":2,"bbox":[0,0,1,1]}]""", "score is missing or no number")]
    [InlineData("""[{"image_id":"1"}]""", "image_id is missing or no whole number")]
    [InlineData("""[{"image_id":1,"category_id":2,"bbox":[0,0,1,1],"score":"a"}]""", "score is missing or no number")]
    [InlineData("""[{"image_id":1,"image_id":1}]""", "it has 'image_id' twice")]
    [InlineData("[null]", "entry 0 of detections: it is null")]
    [InlineData("""[{"image_id":1,"category_id":2,"bbox":[0,0,1,1],"score":-Infinity}]""", "NaN or Infinity")]
    [InlineData("""[{"image_id":1""", "no COCO file")]
    public void ParseDetections_Bad_SaysWhat(string json, string needed) =>
        Assert.Contains(needed, Refused(() => CocoDetections.Parse(CocoCases.Json(json), "d.json")));

    [Theory]
    [InlineData("""{"id":1.0,"image_id":1.0,"category_id":18.0,"bbox":[1,2,3,4],"iscrowd":false,"area":null}""", false, 12)]
    [InlineData("""{"id":null,"image_id":1,"category_id":18,"bbox":[1,2,3,4],"iscrowd":1.0,"area":5}""", true, 5)]
    [InlineData("""{"id":"a1","image_id":1,"category_id":18,"bbox":[1,2,3,4],"iscrowd":true,"area":"?","segmentation":null}""", true, 12)]
    [InlineData("""{"image_id":1e0,"category_id":18,"bbox":[1,2,3,4],"iscrowd":null}""", false, 12)]
    public void Parse_NumbersAsConvertersWriteThem_AreWhatTheyMean(string annotation, bool crowd, double area) => Assert.Equal(
        new CocoAnnotation(1, 18, new(1, 2, 3, 4), area, crowd), Assert.Single(Parse($$"""{ {{Images}},{{Categories}},"annotations":[{{annotation}}]}""").Annotations));

    [Theory]
    [InlineData("""{"id":1,"file_name":null,"width":640.0,"height":null}""", "", 0, 0)]
    [InlineData("""{"id":1.0,"file_name":7,"width":640.0,"height":480.0}""", "7", 480, 640)]
    [InlineData("""{"id":1,"file_name":["a"],"width":"640","height":-480}""", "", 0, 0)]
    [InlineData("""{"id":1,"file_name":"cam1_10:30:19.jpg"}""", "cam1_10:30:19.jpg", 0, 0)]
    [InlineData("""{"id":1,"file_name":"../x.jpg"}""", "../x.jpg", 0, 0)] // no image is opened here; CocoDataset refuses it
    public void Parse_FieldsThatNobodyNeeds_MayHaveAnyForm(string image, string name, int height, int width) =>
        Assert.Equal(new CocoImage(1, name, new(height, width)), Assert.Single(Parse($$"""{"images":[{{image}}],{{Categories}},"annotations":[]}""").Images));

    [Theory]
    [InlineData("""[{"id":1},null,{"id":"x"}]""", """[{"id":18,"name":"dog"}]""", "entry 1 of images: it is null, and 1 more; passed over")]
    [InlineData("""[{"id":1},{"id":1}]""", """[{"id":18,"name":"dog"}]""", "id 1 occurs twice; passed over")]
    [InlineData("""[{"id":1}]""", """[{"id":18,"name":"dog"},7]""", "entry 1 of categories: it is no object; passed over")]
    public void Parse_BadEntryThatNoNumberDependsOn_IsNamedAndPassedOver(string images, string categories, string note)
    {
        var truth = Parse($$"""{"images":{{images}},"categories":{{categories}},"annotations":[{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1]}]}""");
        Assert.Contains(note, Assert.Single(truth.Notes));
        Assert.Equal((1, 1, 1), (truth.Images.Count, truth.Categories.Count, truth.Annotations.Count));
    }

    [Theory]
    [InlineData("../../x.jpg", "leads out of")]
    [InlineData("/etc/x.jpg", "leads out of")]
    [InlineData("a\\..\\..\\x.jpg", "leads out of")]
    public void Open_NameThatLeadsOut_IsRefused(string name, string needed)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("instances.json"), $$"""{"images":[{"id":1,"file_name":{{JsonSerializer.Serialize(name)}}}],{{Categories}},"annotations":[]}""");
        Assert.Contains(needed, Refused(() => CocoDataset.Open(folder.Path)));
    }

    [Theory]
    [InlineData("crowdbool")]
    [InlineData("crowdfloat")]
    [InlineData("floatid")]
    [InlineData("sizefloat")]
    public void Evaluate_FormsOfRealConverters_GiveTheNumbersOfPycocotools(string form)
    {
        var truth = CocoGroundTruth.Load(TestPaths.SharedCase("coco-number-forms", $"{form}.gt.json"));
        var detections = CocoDetections.Load(TestPaths.SharedCase("coco-number-forms", $"{form}.dt.json"));
        Assert.Equal(0.504580698724963, CocoEvaluator.Evaluate(truth, detections).Summary.Ap!.Value, 1e-12);
    }

    [Fact]
    public void Evaluate_StrangeImagesAndCategories_AreLeftOutAndCounted()
    {
        var truth = Parse($$"""{ {{Images}},{{Categories}},"annotations":[{"id":1,"image_id":1,"category_id":18,"bbox":[0,0,1,1]}]}""");
        CocoDetection Of(long image, int category) => new(image, category, 0.5, new(0, 0, 1, 1));
        var (some, none) = (new CocoDetections("d"), new CocoDetections("d"));
        foreach (var d in (CocoDetection[])[Of(1, 18), Of(2, 18), Of(1, 99)]) { some.Add(d); }
        none.Add(Of(2, 99));

        var evaluation = CocoEvaluator.Evaluate(truth, some);
        Assert.Equal(1, evaluation.Summary.Ap!.Value, 1e-12);
        Assert.Equal("2 of 3 detections were left out: 1 image (2), 1 category (99) that 'instances.json' does not list", evaluation.LeftOut);
        Assert.Contains("None of the 1 detections", Refused(() => CocoEvaluator.Evaluate(truth, none)));
    }

    [Theory]
    [InlineData(0.7, 3, true)]
    [InlineData(0.7, 100, false)] // as many as count
    [InlineData(0.01, 3, false)]
    public void ThresholdNote_LowScoresMissing_IsSaid(double lowest, int count, bool said)
    {
        var detections = new CocoDetections("d");
        for (var i = 0; i < count; i++) { detections.Add(new CocoDetection(1, 1, lowest + (i * 0.001), new(0, 0, 1, 1))); }
        Assert.Equal(said, detections.ThresholdNote is not null);
    }

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
