using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace DetrPerfLab.Benchmarks;

/// <summary>From a JPEG of 480x640 to the network's input of 800x1066: decode, resize and normalise apart and together, in plain loops and in the fused path.</summary>
/// <remarks>The lab decodes with Skia and resizes, both to the bit as Pillow; ImageSharp, the other decoder and resizer of .NET, makes other pixels. Its rows
/// say how far they lie apart; what that costs in AP is measured by a test on the photographs of COCO (ImageSharpAccuracyTests). The lab decodes nobody's files
/// with it.</remarks>
[ShortOperations]
[MemoryDiagnoser(displayGenColumns: false)]
public class PreprocessBenchmarks : IHostedSuite
{
    const string Decode = "Stage: decode", Resize = "Stage: resize", DecodeAndResize = "Stage: decode and resize", Normalise = "Stage: normalise",
        ResizeAndNormalise = "Stage: resize and normalise", All = "Stage: decode, resize and normalise";

    /// <summary>Quality 90 with halved chroma moves the synthetic photograph's pixels by 6 levels on average; a wrong channel order by far more.</summary>
    const double JpegLevels = 10;

    static readonly ImageSize s_resized = new(800, 1066);

    readonly byte[] _jpeg = PipelineOperation.Photograph(PipelineOperation.CocoSize);
    readonly ImageDecoder _decoder = new();
    readonly Resizer _resizer = new();
    readonly PlainPreprocessor _plain = new(PreprocessOptions.Detr);
    readonly Preprocessor _fused = new(PreprocessOptions.Detr with { Threads = 1 }), _fusedThreads = new(PreprocessOptions.Detr with { Threads = Environment.ProcessorCount });
    readonly TensorSet _tensors = new(
        new HostTensor("pixel_values", ElementType.Float32, 1, 3, s_resized.Height, s_resized.Width),
        new HostTensor("pixel_mask", ElementType.Int64, 1, s_resized.Height, s_resized.Width));

    readonly RgbImage _photograph = new();
    RgbImage _target = new();
    Image<Rgb24>? _image;

    Span<float> Values => _tensors["pixel_values"].Floats;

    /// <summary>Every way is held against the plain loops before one of them is timed.</summary>
    [GlobalSetup]
    public void Setup() => SuiteBenchmarks.OrGap(() =>
    {
        _decoder.Decode(_jpeg, "synthetic", _photograph);
        _target = ResizeReference.Resize(_photograph, s_resized);
        _image = Image.LoadPixelData<Rgb24>(_target.Pixels, s_resized.Width, s_resized.Height);
        Check();
    });

    [Benchmark(Description = "skia"), BenchmarkCategory(Decode)]
    public void SkiaDecode() => _decoder.Decode(_jpeg, "synthetic", _photograph);

    [Benchmark(Description = "imagesharp"), BenchmarkCategory(Decode)]
    public void ImageSharpDecode() => DecodeByImageSharp(_jpeg, _photograph);

    [Benchmark(Description = "plain"), BenchmarkCategory(Resize)]
    public void PlainResize() => _target = ResizeReference.Resize(_photograph, s_resized);

    [Benchmark(Description = "imagesharp"), BenchmarkCategory(Resize)]
    public void ImageSharpResize()
    {
        using var image = Image.LoadPixelData<Rgb24>(_photograph.Pixels, _photograph.Size.Width, _photograph.Size.Height);
        image.Mutate(i => i.Resize(s_resized.Width, s_resized.Height, KnownResamplers.Triangle));
        Copy(image, _target);
    }

    [Benchmark(Description = "vectorised"), BenchmarkCategory(Resize)]
    public void VectorisedResize() => _resizer.Resize(_photograph, s_resized, _target);

    [Benchmark(Description = "skia"), BenchmarkCategory(DecodeAndResize)]
    public void SkiaDecodeAndResize()
    {
        SkiaDecode();
        VectorisedResize();
    }

    [Benchmark(Description = "imagesharp"), BenchmarkCategory(DecodeAndResize)]
    public void ImageSharpDecodeAndResize()
    {
        // Triangle is Pillow's bilinear filter by another name: it widens where the picture shrinks.
        using var image = Image.Load<Rgb24>(_jpeg);
        image.Mutate(i => i.AutoOrient().Resize(s_resized.Width, s_resized.Height, KnownResamplers.Triangle));
        Copy(image, _target);
    }

    [Benchmark(Description = "plain"), BenchmarkCategory(Normalise)]
    public void PlainNormalise() => PlainPreprocessor.Normalize(_target, Normalization.ImageNet, Values, s_resized);

    /// <summary>The way that ImageSharp offers, and most ports take: its pixel accessor, row by row.</summary>
    [Benchmark(Description = "imagesharp"), BenchmarkCategory(Normalise)]
    public void ImageSharpNormalise() => _image!.ProcessPixelRows(accessor =>
    {
        var values = Values;
        var (normalization, plane) = (Normalization.ImageNet, s_resized.Height * s_resized.Width);
        for (var y = 0; y < accessor.Height; y++)
        {
            var row = accessor.GetRowSpan(y);
            for (var x = 0; x < row.Length; x++)
            {
                var at = (y * row.Length) + x;
                values[at] = ((row[x].R / 255f) - normalization.Mean[0]) / normalization.Deviation[0];
                values[plane + at] = ((row[x].G / 255f) - normalization.Mean[1]) / normalization.Deviation[1];
                values[(2 * plane) + at] = ((row[x].B / 255f) - normalization.Mean[2]) / normalization.Deviation[2];
            }
        }
    });

    [Benchmark(Description = "plain"), BenchmarkCategory(ResizeAndNormalise)]
    public void PlainPrepare() => _plain.Prepare(new ReadOnlySpan<RgbImage>(in _photograph), _tensors);

    [Benchmark(Description = "fused"), BenchmarkCategory(ResizeAndNormalise)]
    public void FusedPrepare() => _fused.Prepare(_photograph, _tensors);

    [Benchmark(Description = "fused, all threads"), BenchmarkCategory(ResizeAndNormalise)]
    public void FusedThreadsPrepare() => _fusedThreads.Prepare(_photograph, _tensors);

    [Benchmark(Description = "plain"), BenchmarkCategory(All)]
    public void PlainAll()
    {
        SkiaDecode();
        PlainPrepare();
    }

    [Benchmark(Description = "fused"), BenchmarkCategory(All)]
    public void FusedAll()
    {
        SkiaDecode();
        FusedPrepare();
    }

    [Benchmark(Description = "fused, all threads"), BenchmarkCategory(All)]
    public void FusedThreadsAll()
    {
        SkiaDecode();
        FusedThreadsPrepare();
    }

    /// <summary>Decoding makes the photograph's pixels, everything else those of the network's input. ImageSharp's rows say how far its pixels lie from Pillow's.</summary>
    public RunResult Explain(SuiteCase row, RunResult result, MachineInfo machine)
    {
        var pixels = row["Stage"] == "decode" ? Count(PipelineOperation.CocoSize, "the photograph") : Count(s_resized, "the network's input");
        return result with { Pixels = pixels, Findings = row.Variant == "imagesharp" && result.SamplesMs.Count > 0 && row["Stage"] != "normalise" ? [Difference(row["Stage"]!)] : [] };
    }

    static PixelCount Count(ImageSize size, string of) => new((long)size.Height * size.Width, of);

    /// <summary>How far ImageSharp's pixels lie from Pillow's, which Skia and the lab's resize have to the bit.</summary>
    internal Finding Difference(string stage)
    {
        SkiaDecode();
        var (decoded, resized) = (Copy(_photograph), ResizeReference.Resize(_photograph, s_resized));
        switch (stage)
        {
            case "decode": ImageSharpDecode(); break;
            case "resize": ImageSharpResize(); break;
            default: ImageSharpDecodeAndResize(); break;
        }

        var (largest, mean) = stage == "decode" ? Distance(_photograph, decoded) : Distance(_target, resized);
        return new("pixels", "largest and mean difference to the pixels of Pillow, which Skia and the lab's resize have to the bit", FormattableString.Invariant($"{largest} and {mean:F2} of 255"));
    }

    /// <summary>What is the lab's own must be equal: the fast paths give the plain loops' bits, and Skia's photograph. ImageSharp must have seen the same picture.</summary>
    internal void Check()
    {
        var decoded = Copy(_photograph);
        RequireNear("decode", SyntheticPhotographs.Create(0, PipelineOperation.CocoSize), decoded);
        RequirePixels("imagesharp, decode", ImageSharpDecode, decoded, exact: false, () => _photograph);
        RequirePixels("skia, decode", SkiaDecode, decoded, exact: true, () => _photograph);
        var resized = ResizeReference.Resize(decoded, s_resized);
        RequirePixels("vectorised, resize", VectorisedResize, resized, exact: true, () => _target);
        RequirePixels("imagesharp, resize", ImageSharpResize, resized, exact: false, () => _target);
        RequirePixels("imagesharp, decode and resize", ImageSharpDecodeAndResize, resized, exact: false, () => _target);
        RequirePixels("skia, decode and resize", SkiaDecodeAndResize, resized, exact: true, () => _target);
        PlainNormalise();
        RequireValues("imagesharp, normalise", ImageSharpNormalise, Values.ToArray());
        PlainPrepare();
        var values = Values.ToArray();
        RequireValues("fused, resize and normalise", FusedPrepare, values);
        RequireValues("fused, all threads, resize and normalise", FusedThreadsPrepare, values);
    }

    /// <summary>What lies there already must come from what is timed.</summary>
    internal static void RequirePixels(string what, Action run, RgbImage needed, bool exact, Func<RgbImage> found)
    {
        found().Pixels.Clear();
        run();
        if (exact && !found().Pixels.SequenceEqual(needed.Pixels)) { throw LabError.FastPathDiffers(what, "other pixels than the plain path", "the same bytes"); }
        RequireNear(what, found(), needed);
    }

    internal void RequireValues(string what, Action run, float[] needed)
    {
        Values.Fill(float.NaN);
        run();
        if (!MemoryMarshal.AsBytes(Values).SequenceEqual(MemoryMarshal.AsBytes(needed.AsSpan()))) { throw LabError.FastPathDiffers(what, "other values than the plain loops", "the same bits"); }
    }

    static void RequireNear(string what, RgbImage found, RgbImage needed)
    {
        var (_, mean) = Distance(found, needed);
        if (mean > JpegLevels) { throw LabError.FastPathDiffers(what, FormattableString.Invariant($"pixels that lie {mean:F1} levels from the picture's"), $"at most {JpegLevels} on average"); }
    }

    static (int Largest, double Mean) Distance(RgbImage a, RgbImage b)
    {
        var (x, y) = (a.Pixels.ToArray(), b.Pixels.ToArray());
        var differences = x.Zip(y, (p, q) => Math.Abs(p - q)).ToList();
        return (differences.Max(), differences.Average());
    }

    /// <summary>Decodes and turns upright; ImageSharp's decoder upsamples chroma in its own way.</summary>
    internal static void DecodeByImageSharp(ReadOnlySpan<byte> file, RgbImage target)
    {
        using var image = Image.Load<Rgb24>(file);
        image.Mutate(i => i.AutoOrient());
        Copy(image, target);
    }

    static void Copy(Image<Rgb24> image, RgbImage target)
    {
        target.Resize(new(image.Height, image.Width));
        image.CopyPixelDataTo(target.Pixels);
    }

    static RgbImage Copy(RgbImage image)
    {
        var copy = new RgbImage();
        copy.Resize(image.Size);
        image.Pixels.CopyTo(copy.Pixels);
        return copy;
    }
}
