namespace DetrPerfLab.Tests.Vision;

public class PreprocessorTests
{
    static readonly PreprocessOptions s_small = new() { Resize = ResizeRule.ShorterSide(32, 48) };

    static TensorSet Inputs(long batch, long height, long width, bool mask = true)
    {
        var pixels = new HostTensor("pixel_values", ElementType.Float32, batch, 3, height, width);
        pixels.Floats.Fill(float.NaN); // what is left from an earlier batch
        if (!mask) { return new TensorSet(pixels); }
        var marks = new HostTensor("pixel_mask", ElementType.Int64, batch, height, width);
        marks.Longs.Fill(-1);
        return new TensorSet(pixels, marks);
    }

    [Fact]
    public void Prepare_UnequalImages_EqualsPlainAndPads()
    {
        RgbImage[] images = [TestImages.Noise(40, 30), TestImages.Noise(20, 90), TestImages.Noise(7, 7)];
        var preprocessor = new Preprocessor(s_small);
        var canvas = preprocessor.CanvasSize(images);
        var (fast, plain) = (Inputs(3, canvas.Height, canvas.Width), Inputs(3, canvas.Height, canvas.Width));
        ImageSize[] sizes = [new(42, 32), new(11, 49), new(32, 32)];

        preprocessor.Prepare(images, fast);
        new PlainPreprocessor(s_small).Prepare(images, plain);

        Assert.Equal(new ImageSize(42, 49), canvas);
        Assert.Equal(sizes, images.Select(i => s_small.Resize.Apply(i.Size)));
        Assert.Equal(plain["pixel_values"].Floats, fast["pixel_values"].Floats);
        Assert.Equal(plain["pixel_mask"].Longs, fast["pixel_mask"].Longs);
        for (var i = 0; i < 3; i++)
        {
            for (var y = 0; y < canvas.Height; y++)
            {
                for (var x = 0; x < canvas.Width; x++)
                {
                    var inside = y < sizes[i].Height && x < sizes[i].Width;
                    Assert.Equal(inside ? 1 : 0, fast["pixel_mask"].Longs[(((i * canvas.Height) + y) * canvas.Width) + x]);
                    if (!inside) { Assert.Equal(0f, fast["pixel_values"].Floats[(((i * 3 * canvas.Height) + y) * canvas.Width) + x]); }
                }
            }
        }
    }

    [Fact]
    public void Prepare_Deim_DividesOnly()
    {
        var inputs = new TensorSet(new HostTensor("images", ElementType.Float32, 1, 3, 5, 6), new HostTensor("orig_target_sizes", ElementType.Int64, 1, 2));
        var options = ModelUse.Of(new("The model", [new("images", ElementType.Float32, ["N", 3, 5, 6]), new("orig_target_sizes", ElementType.Int64, ["N", 2])], FakeEngine.DeimOutputs)).Preprocessing(new());
        new Preprocessor(options).Prepare(TestImages.Filled(40, 30, 51), inputs);
        Assert.All(inputs["images"].Floats.ToArray(), value => Assert.Equal(51f / 255f, value));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Prepare_Warm_AllocatesNothing(int threads)
    {
        RgbImage[] images = [TestImages.Noise(300, 400), TestImages.Noise(400, 300)];
        var preprocessor = new Preprocessor(new PreprocessOptions { Resize = ResizeRule.ShorterSide(500), Threads = threads });
        var canvas = preprocessor.CanvasSize(images);
        var inputs = Inputs(2, canvas.Height, canvas.Width);
        for (var i = 0; i < 20; i++) { preprocessor.Prepare(images, inputs); }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++) { preprocessor.Prepare(images, inputs); }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Prepare_TooFewImages_Throws() => Refused([TestImages.Filled(32, 32, 0)], Inputs(2, 32, 32), "1 images", "[2,3,32,32]");

    [Fact]
    public void Prepare_CanvasTooSmall_Throws() => Refused([TestImages.Filled(32, 40, 0)], Inputs(1, 32, 39), "32x40", "[1,3,32,39]");

    [Fact]
    public void Prepare_PaddingWithoutMask_Throws() => Refused([TestImages.Filled(32, 40, 0)], Inputs(1, 32, 41, mask: false), "32x40", "pixel_mask");

    [Fact]
    public void Prepare_NoPixelTensor_Throws() =>
        Refused([TestImages.Filled(32, 32, 0)], new TensorSet(new HostTensor("images", ElementType.Float32, 1, 3, 32, 32)), "images", "pixel_values");

    [Fact]
    public void Prepare_WrongType_Throws() =>
        Refused([TestImages.Filled(32, 32, 0)], new TensorSet(new HostTensor("pixel_values", ElementType.Int64, 1, 3, 32, 32)), "int64", "float32 [N,3,H,W]");

    [Fact]
    public void Prepare_WrongMaskShape_Throws() =>
        Refused(
            [TestImages.Filled(32, 32, 0)],
            new TensorSet(new HostTensor("pixel_values", ElementType.Float32, 1, 3, 32, 32), new HostTensor("pixel_mask", ElementType.Int64, 1, 32)),
            "pixel_mask", "int64 [1,32,32]");

    static void Refused(RgbImage[] images, TensorSet inputs, params string[] parts)
    {
        var error = Assert.Throws<LabException>(() => new Preprocessor(s_small).Prepare(images, inputs));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.All(parts, part => Assert.Contains(part, error.Message));
        if (inputs.Find("pixel_values") is { Type: ElementType.Float32 } pixels) { Assert.All(pixels.Floats.ToArray(), v => Assert.True(float.IsNaN(v) || v == 0)); }
    }
}
