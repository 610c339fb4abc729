using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Vision;

public class ImageWriterTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(200, 333)]
    public void SavePng_AndDecode_GivesTheSamePixels(int height, int width)
    {
        using var folder = new TempFolder();
        var image = Noise(height, width);
        ImageWriter.SavePng(image, folder.File("a.png"));
        var read = new RgbImage();
        new ImageDecoder().Decode(folder.File("a.png"), read);

        Assert.Equal(image.Size, read.Size);
        Assert.True(image.Pixels.SequenceEqual(read.Pixels));
    }

    [Fact]
    public void Jpeg_HigherQuality_LiesCloserAndIsLarger()
    {
        var image = Noise(64, 64);
        var (coarse, coarseBytes) = ThroughJpeg(image, 30);
        var (fine, fineBytes) = ThroughJpeg(image, 95);
        Assert.True(fine < coarse && fineBytes > coarseBytes, $"error {coarse} -> {fine}, bytes {coarseBytes} -> {fineBytes}");
    }

    static (double Error, long Bytes) ThroughJpeg(RgbImage image, int quality)
    {
        var jpeg = ImageWriter.Jpeg(image, quality);
        var read = new RgbImage();
        new ImageDecoder().Decode(jpeg, "jpeg", read);
        var sum = 0.0;
        for (var i = 0; i < image.Pixels.Length; i++) { sum += Math.Abs(image.Pixels[i] - read.Pixels[i]); }
        return (sum / image.Pixels.Length, jpeg.Length);
    }

    static RgbImage Noise(int height, int width)
    {
        var image = new RgbImage();
        image.Resize(new ImageSize(height, width));
        new Random(7).NextBytes(image.Pixels);
        return image;
    }
}
