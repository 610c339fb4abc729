using System.Runtime.InteropServices;
using System.Text.Json;

namespace DetrPerfLab.Tests.Vision;

/// <summary>Against Pillow, torchvision and the original DETR. Every comparison is exact: all arithmetic is defined to the bit.</summary>
public class ResizeFixtureTests
{
    static string Fixture(string name) => Path.Combine(TestPaths.Fixtures, "preprocess", name);

    public static TheoryData<string, int, int, string, int, int> Cases
    {
        get
        {
            using var document = JsonDocument.Parse(File.ReadAllText(Fixture("resize.json")));
            var data = new TheoryData<string, int, int, string, int, int>();
            foreach (var c in document.RootElement.GetProperty("cases").EnumerateArray())
            {
                int Number(string name) => c.GetProperty(name).GetInt32();
                data.Add(c.GetProperty("source").GetString()!, Number("height"), Number("width"),
                    c.GetProperty("result").GetString()!, Number("newHeight"), Number("newWidth"));
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Resize_Fixture_EqualsPillow(string source, int height, int width, string result, int newHeight, int newWidth)
    {
        var (image, size) = (TestImages.Load(Fixture(source), height, width), new ImageSize(newHeight, newWidth));
        var expected = File.ReadAllBytes(Fixture(result));
        var fast = new RgbImage();
        new Resizer().Resize(image, size, fast);

        Assert.Equal(expected, ResizeReference.Resize(image, size).Pixels);
        Assert.Equal(expected, fast.Pixels);
    }

    public static TheoryData<string, string> OtherFilters =>
        [.. from filter in (string[])["nearest", "lanczos", "bicubic", "box", "hamming"] from size in (string[])["14x20", "60x86", "37x31"] select (filter, size)];

    [Theory]
    [MemberData(nameof(OtherFilters))]
    public void Resize_OtherFilters_EqualPillow(string filter, string size)
    {
        var sides = size.Split('x').Select(int.Parse).ToArray();
        var resized = ResizeReference.Resize(TestImages.Load(Fixture("37x53.rgb"), 37, 53), new(sides[0], sides[1]), Enum.Parse<ResampleKernel>(filter, ignoreCase: true));
        Assert.Equal(File.ReadAllBytes(Fixture($"37x53-{size}.{filter}.rgb")), resized.Pixels);
    }

    [Theory]
    [InlineData("normalize.imagenet.f32")]
    [InlineData("normalize.unit.f32")]
    public void Normalization_EveryByteValue_EqualsTorchvision(string file)
    {
        var normalization = file.Contains("unit") ? Normalization.UnitRange : Normalization.ImageNet;
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Fixture(file)));
        var image = TestImages.Filled(16, 16, 0);
        for (var i = 0; i < image.Pixels.Length; i++) { image.Pixels[i] = (byte)(i / 3); }

        var (plain, fast) = (new float[3 * 256], new float[3 * 256]);
        PlainPreprocessor.Normalize(image, normalization, plain, image.Size);
        new Resizer().ResizeToPlanes(image, image.Size, normalization, fast, image.Size);

        Assert.True(normalization.ProductsAreExact);
        Assert.Equal(expected, plain);
        Assert.Equal(expected, fast);
        Assert.Equal(expected, new[] { 0, 1, 2 }.SelectMany(c => normalization.Table(c).ToArray()).ToArray());
    }

    [Fact]
    public void ShorterSide_Fixture_EqualsOriginalDetr()
    {
        foreach (var row in JsonSerializer.Deserialize<int[][]>(File.ReadAllText(Fixture("sizes.json")))!)
        {
            Assert.Equal(new ImageSize(row[5], row[4]), ResizeRule.ShorterSide(row[2], row[3]).Apply(new ImageSize(row[1], row[0])));
        }
    }
}
