namespace DetrPerfLab.Tests.Vision;

public sealed class ModelUseTests : IDisposable
{
    static readonly TensorSpec s_pixels = new("pixel_values", ElementType.Float32, ["N", 3, "H", "W"]);
    static readonly TensorSpec s_mask = new("pixel_mask", ElementType.Int64, ["N", "H", "W"]);

    readonly TempFolder _folder = new();

    string Model => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    // What computes the outputs tells apart what ends alike.
    [Theory]
    [InlineData("detr", true, "Conv,MatMul,Softmax,Sigmoid")]
    [InlineData("detr", true, "Conv,MatMul,Sigmoid")] // a mask, and no reference points
    [InlineData("detr", false, "Conv,MatMul,Softmax,Sigmoid")] // YOLOS
    [InlineData("sigmoid-detr", true, "Conv,MatMul,Softmax,Sigmoid,Log")] // Conditional DETR
    [InlineData("sigmoid-detr", true, "Conv,MatMul,Softmax,Sigmoid,GridSample")] // Deformable DETR
    [InlineData("sigmoid-detr", false, "Conv,MatMul,Softmax,Sigmoid,Log,GridSample")] // RT-DETR, D-FINE
    [InlineData(null, false, "Conv,MatMul,Sigmoid")] // too little to tell
    [InlineData(null, true, "")]
    public void Of_HuggingFaceInterface_IsToldByItsOperatorsOrAsked(string? family, bool mask, string operators)
    {
        var facts = Facts(mask, 80) with { Operators = operators.Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet() };
        if (family is not null)
        {
            Assert.Equal(family, ModelUse.Of(facts).Family.Name);
            return;
        }

        var refused = Assert.Throws<LabException>(() => ModelUse.Of(facts));
        Assert.Equal(ExitCode.BadInput, refused.ExitCode);
        Assert.Contains("detr (softmax with \"no object\"", refused.Message);
        Assert.Contains("sigmoid-detr (a sigmoid for each class", refused.Message);
        Assert.Contains("--family", refused.Message);
        Assert.Equal("sigmoid-detr", ModelUse.Of(facts, new() { Family = "sigmoid-detr" }).Family.Name);
    }

    [Fact]
    public void Of_SeveralSources_TheNearestWins()
    {
        Write("config.json", """{"architectures": ["RTDetrV2ForObjectDetection"], "id2label": {"0": "apple", "1": "pear"}}""");
        Write("preprocessor_config.json", """{"size": {"height": 96, "width": 128}, "do_normalize": false, "image_mean": [0.5, 0.5, 0.5], "resample": 3}""");
        var facts = Facts(mask: false, classes: 2) with { Path = Model, Operators = new HashSet<string> { "Softmax" } };

        var published = ModelUse.Of(facts); // the files beside, against what the operators look like
        Assert.Equal(("sigmoid-detr", "96x128"), (published.Family.Name, published.Picture.Resize.ToString()));
        Assert.Equal(["apple", "pear"], published.Classes.Names);
        Assert.Equal((ResampleKernel.Bicubic, 0f), (published.Picture.Kernel, published.Picture.Normalization.Mean[0]));

        var written = facts with { Metadata = new Dictionary<string, string>(published.ToMetadata()) { [ModelUse.FamilyKey] = "detr", ["detrlab.id2label"] = """{"0": "plum"}""" } };
        Assert.Equal("detr", ModelUse.Of(written).Family.Name);
        Assert.Equal(["plum"], ModelUse.Of(written).Classes.Names);

        Write("names.txt", "cherry\n桃\n");
        var asked = ModelUse.Of(
            written, new() { Family = "sigmoid-detr", Labels = _folder.File("names.txt"), Mean = [1, 2, 3], Scale = 1, InputSize = new(10, 20), Kernel = ResampleKernel.Box, Bgr = true });
        Assert.Equal(["cherry", "桃"], asked.Classes.Names);
        Assert.Equal("10x20 box, * 1, mean 1 2 3, std 1 1 1, blue first", asked.Picture.Describe());
    }

    [Fact]
    public void ToMetadata_ReadAgain_IsTheSameUse()
    {
        Write("names.json", """["a", "b"]""");
        var use = ModelUse.Of(
            new("m", [new("x", ElementType.Float32, ["N", 3, 20, 24])], [new("y", ElementType.Float32, ["N", 2])]),
            new() { Labels = _folder.File("names.json"), Mean = [0.1f, 0.2f, 0.3f], Deviation = [1, 2, 3], Scale = 0.5, Kernel = ResampleKernel.Lanczos, Bgr = true });
        var again = ModelUse.Of(new("m", [new("x", ElementType.Float32, ["N", 3, 20, 24])], [new("y", ElementType.Float32, ["N", 2])]) { Metadata = use.ToMetadata() });
        Assert.Equal((use.Picture.Describe(), "classifier"), (again.Picture.Describe(), again.Family.Name));
        Assert.Equal(use.Classes.Names, again.Classes.Names);
    }

    [Theory]
    [InlineData("""{"size": 800, "max_size": 1333}""", 480, 640, "800x1066")]
    [InlineData("""{"size": {"shortest_edge": 512, "longest_edge": 512}}""", 480, 640, "384x512")]
    [InlineData("""{"size": {"shortest_edge": 256}, "do_center_crop": true, "crop_size": {"height": 224, "width": 224}}""", 480, 640, "224x224")]
    [InlineData("""{"size": {"shortest_edge": 224}, "crop_pct": 0.875}""", 480, 640, "224x224")]
    [InlineData("""{"size": {"max_height": 100, "max_width": 100}}""", 50, 200, "25x100")]
    [InlineData("""{"size": {"shortest_edge": 512, "longest_edge": 864}, "image_processor_type": "YolosImageProcessor"}""", 480, 640, "512x672")]
    [InlineData("""{"do_resize": true}""", 480, 640, "800x1066")] // the family's own
    public void Preprocessing_FileBeside_DecidesTheSize(string json, int height, int width, string seen)
    {
        Write("preprocessor_config.json", json);
        var use = ModelUse.Of(Facts(mask: true, 92) with { Path = Model }, new() { Family = "detr" });
        Assert.Equal(seen, use.Preprocessing(new()).Resize.Seen(new(height, width)).ToString());
    }

    [Theory]
    [InlineData("config.json", "{\"architectures\": [")]
    [InlineData("config.json", """{"id2label": {"a": "b"}}""")]
    [InlineData("config.json", """{"id2label": {"0": 5}}""")]
    [InlineData("preprocessor_config.json", """{"image_std": [0, 0, 0]}""")]
    [InlineData("preprocessor_config.json", """{"size": {"height": -4, "width": 7}}""")]
    [InlineData("preprocessor_config.json", """{"image_mean": ["x", 1, 2]}""")]
    public void Of_DamagedFileBeside_IsNamed(string file, string json)
    {
        Write(file, json);
        var refused = Assert.Throws<LabException>(() => ModelUse.Of(Facts(mask: true, 92) with { Path = Model }, new() { Family = "detr" }));
        Assert.Equal(ExitCode.BadInput, refused.ExitCode);
        Assert.DoesNotContain("System.", refused.Message);
    }

    [Fact]
    public void Of_NamesOfAnotherNumberOfClasses_AreRefused()
    {
        Write("config.json", """{"architectures": ["DetrForObjectDetection"], "id2label": {"0": "a", "1": "b", "2": "c"}}""");
        Assert.Contains("names 3 classes (labels up to 2), m has 2", Refused(Facts(mask: true, 3) with { Path = Model }, new()));
        Write("names.txt", "a\nb\nc\n");
        Assert.Contains("names 3 classes (labels 0 to 2), the model has 2", Refused(Facts(mask: true, 3), new() { Family = "detr", Labels = _folder.File("names.txt") }));
    }

    [Fact]
    public void Of_FamilyThatDoesNotFit_IsRefused() =>
        Assert.Contains("is no model of family rf-detr, which --family says", Refused(Facts(mask: true, 92), new() { Family = "rf-detr" }));

    [Fact]
    public void Of_Stranger_ListsKnownAndFound()
    {
        var refused = Refused(new("m", [s_pixels, new("prompt", ElementType.Int64, ["N", 7])], [.. FakeEngine.DetrOutputs]), new());
        Assert.Contains("Found inputs pixel_values float32 [N,3,H,W]; prompt int64 [N,7]", refused);
        Assert.All(ModelFamilies.All, f => Assert.Contains(f.Interface, refused));
    }

    [Theory]
    [InlineData("rf-detr", "input", "dets", 4, "labels", 91)]
    [InlineData("detr", "pixel_values", "pred_boxes", 4, "logits", 92)]
    public void Of_OtherElementTypes_AreCarried(string family, string input, string boxes, int four, string scores, int classes)
    {
        ModelFacts facts = new("m", [new(input, ElementType.Float32, ["N", 3, 8, 8]) { StoredAs = "float16" }],
            [new(boxes, ElementType.Float32, ["N", 5, four]) { StoredAs = "float16" }, new(scores, ElementType.Float32, ["N", 5, classes])]);
        Assert.Equal(family, ModelUse.Of(facts, new() { Family = family }).Family.Name);
        Assert.Contains("float16", facts.Inputs[0].ToString());
    }

    [Fact]
    public void AllocateInputs_AxesThatTheModelFixes_AreAsItSays()
    {
        TensorSpec[] inputs = [new("pixel_values", ElementType.Float32, [4, 3, "H", "W"]), new("pixel_mask", ElementType.Float32, [4, 64, 64])];
        var use = ModelUse.Of(new("m", inputs, FakeEngine.DetrOutputs), new() { Family = "detr" });
        var pipeline = new Preprocessor(use.Preprocessing(new() { Size = 32 }));
        var images = use.Fill([TestImages.Filled(40, 30, 51)]).ToArray();
        var tensors = use.AllocateInputs(images.Length, pipeline.CanvasSize(images));
        Assert.Equal([4, 3, 42, 32], tensors["pixel_values"].Shape.ToArray());
        Assert.Equal([4, 64, 64], tensors["pixel_mask"].Shape.ToArray());

        pipeline.Prepare(images, tensors);
        Assert.DoesNotContain(tensors["pixel_mask"].Floats.ToArray(), m => m != 1); // all of it is picture
        Assert.Equal(tensors["pixel_values"].Floats[..(3 * 42 * 32)].ToArray(), tensors["pixel_values"].Floats[(3 * 3 * 42 * 32)..].ToArray());
        var five = Assert.Throws<LabException>(() => use.Fill([.. Enumerable.Repeat(images[0], 5)]));
        Assert.Contains("takes 4 pictures at once, 5 were given", five.Message);
    }

    [Fact]
    public void Preprocessing_FixedSizeWithMask_KeepsTheAspectRatioAndPads()
    {
        TensorSpec[] inputs = [new("pixel_values", ElementType.Float32, [1, 3, 40, 60]), s_mask];
        var use = ModelUse.Of(new("m", inputs, FakeEngine.DetrOutputs), new() { Family = "detr" });
        var preprocessor = new Preprocessor(use.Preprocessing(new()));
        RgbImage[] portrait = [TestImages.Filled(100, 50, 51)];
        var tensors = use.AllocateInputs(1, preprocessor.CanvasSize(portrait));
        preprocessor.Prepare(portrait, tensors);
        Assert.Equal(40 * 20, tensors["pixel_mask"].Longs.ToArray().Sum());
        Assert.Equal(0f, tensors["pixel_values"].Floats[59]);
    }

    [Theory]
    [InlineData(null, 480, 640, 800, 1066)] // as the original
    [InlineData(512, 480, 640, 512, 682)]
    [InlineData(800, 100, 1000, 133, 1330)] // the longer side is at most 1333
    [InlineData(1600, 480, 640, 1600, 2133)] // and grows with a size that needs it
    public void Preprocessing_Detr_KeepsTheAspectRatio(int? size, int height, int width, int resizedHeight, int resizedWidth)
    {
        var options = ModelUse.Of(Facts(mask: true, 92), new() { Family = "detr" }).Preprocessing(new() { Size = size });
        Assert.Equal(new ImageSize(resizedHeight, resizedWidth), options.Resize.Apply(new ImageSize(height, width)));
        Assert.Equal(size ?? 800, options.Resize.Side); // what accuracy is recorded with
    }

    [Fact]
    public void Preprocessing_SizeThatTheModelFixes_WinsOverTheUsers()
    {
        using var engine = FakeEngine.Deim();
        var options = engine.Use.Preprocessing(new() { Size = 640 });
        Assert.Equal(new ImageSize(32, 48), options.Resize.Apply(new ImageSize(1000, 500)));
        Assert.Equal(32, options.Resize.Side);
    }

    [Fact]
    public void Prepare_ClassifierOfOtherLayoutAndOrder_TakesTheMiddle()
    {
        var use = ModelUse.Of(
            new("m", [new("x", ElementType.Float32, ["N", 4, 4, 3])], [new("y", ElementType.Float32, ["N", 2])]), new() { Mean = [0, 0, 0], Scale = 1, Bgr = true });
        var preprocessor = new Preprocessor(use.Preprocessing(new()));
        var image = TestImages.Filled(40, 30, 0);
        for (var i = 0; i < image.Pixels.Length; i += 3) { (image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]) = (10, 20, 30); }
        var tensors = use.AllocateInputs(1, preprocessor.CanvasSize([image]));
        preprocessor.Prepare([image], tensors);
        Assert.Equal([1, 4, 4, 3], tensors["x"].Shape.ToArray());
        Assert.Equal([.. Enumerable.Repeat<float[]>([30, 20, 10], 16).SelectMany(p => p)], tensors["x"].Floats.ToArray());
    }

    static ModelFacts Facts(bool mask, int classes) => new(
        "m", mask ? [s_pixels, s_mask] : [s_pixels], [new("logits", ElementType.Float32, ["N", 2, classes]), new("pred_boxes", ElementType.Float32, ["N", 2, 4])]);

    static string Refused(ModelFacts facts, FamilyOptions asked)
    {
        var refused = Assert.Throws<LabException>(() => ModelUse.Of(facts, asked));
        Assert.Equal(ExitCode.BadInput, refused.ExitCode);
        return refused.Message;
    }

    void Write(string name, string text) => File.WriteAllText(_folder.File(name), text);
}
