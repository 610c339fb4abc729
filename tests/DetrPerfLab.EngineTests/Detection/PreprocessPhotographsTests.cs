using System.Security.Cryptography;
using DetrPerfLab.Detecting;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Detecting;

public class PreprocessPhotographsTests
{
    [Fact]
    public void Prepare_RealPhotographs_GivesPillowsAndTorchvisionsBits()
    {
        Assert.SkipUnless(ImageDecoder.Library.Contains("turbojpeg"), $"{ImageDecoder.Library} does not promise libjpeg-turbo's pixels");
        var folder = TestPaths.SharedData("coco-val2017-mini", "images");
        var (decoder, preprocessor, image) = (new ImageDecoder(), new Preprocessor(PreprocessOptions.Detr with { Threads = 2 }), new RgbImage());
        foreach (var line in File.ReadLines(Path.Combine(TestPaths.Fixtures, "preprocess", "photographs.sha256")))
        {
            var name = line[66..];
            decoder.Decode(Path.Combine(folder, name), image);
            var size = preprocessor.CanvasSize(image);
            var pixels = new HostTensor("pixel_values", ElementType.Float32, 1, 3, size.Height, size.Width);
            preprocessor.Prepare(image, new TensorSet(pixels));
            Assert.Equal(line, $"{Convert.ToHexStringLower(SHA256.HashData(pixels.Bytes))}  {name}");
        }
    }
}
