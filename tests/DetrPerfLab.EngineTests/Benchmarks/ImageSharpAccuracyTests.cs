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
        var pillows = Evaluate(engine, photographs);
        var imageSharps = Evaluate(engine, folder.Path);
        var difference = EvaluationComparison.Of(CocoDataset.Open(photographs).Truth, pillows, imageSharps).ApDifference!.Value;
        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
            $"AP {pillows.Evaluation.Summary.Ap:F6} of Skia's pixels (Pillow's), {imageSharps.Evaluation.Summary.Ap:F6} of ImageSharp's: {difference.ToString("+0.0000;-0.0000")}; ")
            + FormattableString.Invariant($"pixels differ by {decoded.Largest} of 255 at most, {decoded.Mean:F3} on average"));

        // Other pixels, the same pictures: an AP that moves further comes from channels or rows in a wrong order.
        Assert.NotEqual(pillows.Detections.Items, imageSharps.Detections.Items);
        Assert.InRange(Math.Abs(difference.Value), 0, 0.01);
    }

    static DatasetEvaluation Evaluate(OrtEngine engine, string dataset) => DatasetEvaluator.Evaluate(engine, CocoDataset.Open(dataset), new());

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
