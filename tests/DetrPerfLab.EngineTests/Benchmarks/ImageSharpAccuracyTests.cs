using DetrPerfLab.Benchmarks.Infrastructure;
using DetrPerfLab.Detecting;
using DetrPerfLab.Engines;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>What ImageSharp's pixels cost a detector, beside the rows of PreprocessBenchmarks that say what they cost in time.</summary>
public class ImageSharpAccuracyTests
{
    [Fact]
    public void Evaluate_PixelsOfImageSharp_MoveTheApOfCocoMini()
    {
        var photographs = TestPaths.SharedData("coco-val2017-mini");
        using var engine = new OrtEngine(TestPaths.SharedData("models", "deimv2_hgnetv2_atto_coco.onnx"), new OrtEngineOptions());
        using var folder = new TempFolder();
        var decoded = Decode(photographs, folder.Path);
        var pillows = Ap(engine, photographs);
        var imageSharps = Ap(engine, folder.Path);
        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
            $"AP {pillows:F6} of Skia's pixels (Pillow's), {imageSharps:F6} of ImageSharp's; largest difference {decoded.Largest} of 255, mean {decoded.Mean:F3}"));

        // Other pixels, the same pictures: an AP that moves further comes from channels or rows in a wrong order.
        Assert.NotEqual(pillows, imageSharps);
        Assert.InRange(Math.Abs(pillows - imageSharps), 0, 0.01);
    }

    static double Ap(OrtEngine engine, string dataset) => DatasetEvaluator.Evaluate(engine, CocoDataset.Open(dataset), new()).Evaluation.Summary.Ap!.Value;

    /// <summary>Writes the same data set with ImageSharp's pixels, as PNG under the names that the truth knows.</summary>
    static (int Largest, double Mean) Decode(string dataset, string target)
    {
        Directory.CreateDirectory(Path.Combine(target, "images"));
        File.Copy(Path.Combine(dataset, "instances.json"), Path.Combine(target, "instances.json"));
        var (decoder, pillows, other) = (new ImageDecoder(), new RgbImage(), new RgbImage());
        var (largest, sum, count) = (0, 0L, 0L);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(dataset, "images"), "*.jpg"))
        {
            ImageSharpPixels.Decode(File.ReadAllBytes(file), other);
            ImageWriter.SavePng(other, Path.Combine(target, "images", Path.GetFileName(file)));
            decoder.Decode(file, pillows);
            Assert.Equal(pillows.Size, other.Size);
            for (var i = 0; i < other.Pixels.Length; i++)
            {
                var difference = Math.Abs(other.Pixels[i] - pillows.Pixels[i]);
                (largest, sum) = (Math.Max(largest, difference), sum + difference);
            }

            count += other.Pixels.Length;
        }

        return (largest, (double)sum / count);
    }
}
