using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Benchmarks;

/// <summary>What ImageSharp's pixels cost a detector, beside the rows of PreprocessBenchmarks that say what they cost in time.</summary>
public class ImageSharpAccuracyTests
{
    /// <summary>The mini set's files hold their colours in full; a camera's hold them at half the resolution, and there decoders differ most.</summary>
    [Theory]
    [InlineData(false, 8)]
    [InlineData(true, 255)]
    public void Evaluate_PixelsOfImageSharp_MoveTheApOfCocoMini(bool halvedColours, int mostLevels)
    {
        var photographs = TestPaths.CocoMini;
        using var engine = new OrtEngine(Model, new OrtEngineOptions());
        using var encoded = new TempFolder();
        using var folder = new TempFolder();
        if (halvedColours) { photographs = Rewrite(photographs, encoded.Path, (file, image) => new ImageDecoder().Decode(file, image), (image, path) => File.WriteAllBytes(path, ImageWriter.Jpeg(image, quality: 92))); }
        // As PNG under the names that the truth knows: the same data set with ImageSharp's pixels.
        Rewrite(photographs, folder.Path, (file, image) => PreprocessBenchmarks.DecodeByImageSharp(File.ReadAllBytes(file), image), ImageWriter.SavePng);
        var decoded = Distance(photographs, folder.Path);
        var pillows = Evaluate(engine, photographs);
        var imageSharps = Evaluate(engine, folder.Path);
        var difference = EvaluationComparison.Of(CocoDataset.Open(photographs).Truth, pillows, imageSharps).ApDifference!.Value;
        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
            $"{(halvedColours ? "4:2:0" : "4:4:4")}: AP {pillows.Evaluation.Summary.Ap:F6} of Skia's pixels (Pillow's), {imageSharps.Evaluation.Summary.Ap:F6} of ImageSharp's: {difference.ToString("+0.0000;-0.0000")}; ")
            + FormattableString.Invariant($"pixels differ by {decoded.Largest} of 255 at most, {decoded.Mean:F3} on average"));

        Assert.InRange(decoded.Largest, 1, mostLevels);
        // Other pixels, the same pictures: an AP that moves further comes from channels or rows in a wrong order.
        Assert.NotEqual(pillows.Detections.Items, imageSharps.Detections.Items);
        Assert.InRange(Math.Abs(difference.Value), 0, 0.01);
    }

    static string Model => TestPaths.Deim;

    static DatasetEvaluation Evaluate(OrtEngine engine, string dataset) => DatasetEvaluator.Evaluate(engine, ModelFile.UseOf(Model), CocoDataset.Open(dataset), new());

    /// <returns>The target, which is a data set of its own.</returns>
    static string Rewrite(string dataset, string target, Action<string, RgbImage> read, Action<RgbImage, string> write)
    {
        var (images, image) = (Directory.CreateDirectory(Path.Combine(target, "images")).FullName, new RgbImage());
        File.Copy(Path.Combine(dataset, "instances.json"), Path.Combine(target, "instances.json"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(dataset, "images"), "*.jpg"))
        {
            read(file, image);
            write(image, Path.Combine(images, Path.GetFileName(file)));
        }

        return target;
    }

    static (int Largest, double Mean) Distance(string dataset, string other)
    {
        var (decoder, a, b) = (new ImageDecoder(), new RgbImage(), new RgbImage());
        var (largest, sum, count) = (0, 0L, 0L);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(dataset, "images"), "*.jpg"))
        {
            decoder.Decode(file, a);
            decoder.Decode(Path.Combine(other, "images", Path.GetFileName(file)), b);
            Assert.Equal(a.Size, b.Size);
            for (var i = 0; i < a.Pixels.Length; i++)
            {
                var difference = Math.Abs(a.Pixels[i] - b.Pixels[i]);
                (largest, sum) = (Math.Max(largest, difference), sum + difference);
            }

            count += a.Pixels.Length;
        }

        return (largest, (double)sum / count);
    }
}
