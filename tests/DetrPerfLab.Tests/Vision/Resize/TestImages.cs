namespace DetrPerfLab.Tests.Vision;

/// <summary>Images for tests, the same at every run.</summary>
static class TestImages
{
    /// <summary>Noise, with runs of black and white, where rounding and clipping show.</summary>
    internal static RgbImage Noise(int height, int width, int seed = 1)
    {
        var image = new RgbImage();
        image.Resize(new ImageSize(height, width));
        var random = new Random(seed);
        random.NextBytes(image.Pixels);
        foreach (ref var value in image.Pixels) { value = value switch { < 32 => 0, > 224 => 255, _ => value }; }
        return image;
    }

    internal static RgbImage Filled(int height, int width, byte value)
    {
        var image = new RgbImage();
        image.Resize(new ImageSize(height, width));
        image.Pixels.Fill(value);
        return image;
    }

    internal static RgbImage Load(string path, int height, int width)
    {
        var image = new RgbImage();
        image.Resize(new ImageSize(height, width));
        File.ReadAllBytes(path).CopyTo(image.Pixels);
        return image;
    }
}
