using System.Runtime.InteropServices;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace DetrPerfLab.Benchmarks;

/// <summary>From a JPEG of 480x640 to the network's input of 800x1066: decode, resize and normalise apart and together, in plain loops and in the fused path.</summary>
/// <remarks>
/// The lab decodes with Skia, to the bit as Pillow, and resizes to the bit as Pillow; ImageSharp, the other decoder and resizer of .NET, makes other pixels.
/// Its rows say how far they lie apart; what that costs in AP is measured by a test on the photographs of COCO (ImageSharpAccuracyTests).
/// </remarks>
[Samples(full: 100, quick: 20)]
public class PreprocessBenchmarks : WorkBenchmarks
{
    /// <summary>Quality 90 with halved chroma moves the synthetic photograph's pixels by 6 levels on average; a wrong channel order by far more.</summary>
    const double JpegLevels = 10;

    static readonly ImageSize s_resized = new(800, 1066);

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        new("skia", ("Stage", "decode")),
        new("imagesharp", ("Stage", "decode")),
        new("plain", ("Stage", "resize")),
        new("imagesharp", ("Stage", "resize")),
        new("vectorised", ("Stage", "resize")),
        new("skia", ("Stage", "decode and resize")),
        new("imagesharp", ("Stage", "decode and resize")),
        new("plain", ("Stage", "normalise")),
        new("imagesharp", ("Stage", "normalise")),
        new("plain", ("Stage", "resize and normalise")),
        new("fused", ("Stage", "resize and normalise")),
        new("fused, all threads", ("Stage", "resize and normalise")),
        new("plain", ("Stage", "decode, resize and normalise")),
        new("fused", ("Stage", "decode, resize and normalise")),
        new("fused, all threads", ("Stage", "decode, resize and normalise")),
    ];

    internal override CaseWork Open(SuiteCase row)
    {
        var jpeg = Photographs.Jpeg(Photographs.CocoSize);
        var decoder = new ImageDecoder();
        var photograph = new RgbImage();
        decoder.Decode(jpeg, "synthetic", photograph);
        var (pillows, resized) = (Copy(photograph), ResizeReference.Resize(photograph, s_resized));
        var tensors = new TensorSet(
            new HostTensor("pixel_values", ElementType.Float32, 1, 3, s_resized.Height, s_resized.Width),
            new HostTensor("pixel_mask", ElementType.Int64, 1, s_resized.Height, s_resized.Width));
        Action prepare = row.Variant == "plain" ? Plain(photograph, tensors) : Fused(photograph, tensors, row.Variant == "fused" ? 1 : Environment.ProcessorCount);
        Action run = (row.Variant, row["Stage"]) switch
        {
            ("skia", "decode") => () => decoder.Decode(jpeg, "synthetic", photograph),
            ("imagesharp", "decode") => () => ImageSharpPixels.Decode(jpeg, photograph),
            ("skia", "decode and resize") => DecodeAndResize(jpeg, decoder, photograph, resized),
            ("imagesharp", "decode and resize") => () => ImageSharpPixels.DecodeAndResize(jpeg, s_resized, resized),
            ("plain", "resize") => () => resized = ResizeReference.Resize(photograph, s_resized),
            ("imagesharp", "resize") => () => ImageSharpPixels.Resize(photograph, s_resized, resized),
            ("vectorised", "resize") => Vectorised(photograph, resized),
            ("plain", "normalise") => () => PlainPreprocessor.Normalize(resized, Normalization.ImageNet, tensors["pixel_values"].Floats, s_resized),
            ("imagesharp", "normalise") => PixelAccess(resized, tensors["pixel_values"]),
            (_, "resize and normalise") => prepare,
            _ => () =>
            {
                decoder.Decode(jpeg, "synthetic", photograph);
                prepare();
            }
            ,
        };
        // What lies there already must come from what is timed.
        if (row["Stage"]!.StartsWith("decode", StringComparison.Ordinal)) { photograph.Pixels.Clear(); }
        if (row["Stage"] is "resize" or "decode and resize") { resized.Pixels.Clear(); }
        tensors["pixel_values"].Floats.Fill(float.NaN);
        run();
        Require(row, pillows, photograph, resized, tensors);
        return new(new ActionOperation(run)) { MemoryOperations = 10, Findings = Difference(row, pillows, photograph, resized) is { } found ? () => [found] : () => [] };
    }

    /// <summary>Decoding makes the photograph's pixels, everything else those of the network's input.</summary>
    internal override RunResult Explain(SuiteCase row, RunResult result, MachineInfo machine) =>
        result with { Pixels = row["Stage"] == "decode" ? Count(Photographs.CocoSize, "the photograph") : Count(s_resized, "the network's input") };

    static PixelCount Count(ImageSize size, string of) => new((long)size.Height * size.Width, of);

    static Action Plain(RgbImage photograph, TensorSet tensors)
    {
        var plain = new PlainPreprocessor(PreprocessOptions.Detr);
        return () => plain.Prepare(new ReadOnlySpan<RgbImage>(in photograph), tensors);
    }

    static Action Fused(RgbImage photograph, TensorSet tensors, int threads)
    {
        var fused = new Preprocessor(PreprocessOptions.Detr with { Threads = threads });
        return () => fused.Prepare(photograph, tensors);
    }

    static Action DecodeAndResize(byte[] jpeg, ImageDecoder decoder, RgbImage photograph, RgbImage target)
    {
        var resize = Vectorised(photograph, target);
        return () =>
        {
            decoder.Decode(jpeg, "synthetic", photograph);
            resize();
        };
    }

    static Action Vectorised(RgbImage photograph, RgbImage target)
    {
        var resizer = new Resizer();
        return () => resizer.Resize(photograph, s_resized, target);
    }

    /// <summary>The way that ImageSharp offers, and most ports take: its pixel accessor, row by row.</summary>
    static Action PixelAccess(RgbImage resized, HostTensor pixels)
    {
        var image = Image.LoadPixelData<Rgb24>(resized.Pixels, resized.Size.Width, resized.Size.Height);
        var (normalization, plane) = (Normalization.ImageNet, resized.Size.Height * resized.Size.Width);
        return () => image.ProcessPixelRows(accessor =>
        {
            var values = pixels.Floats;
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
    }

    /// <summary>How far ImageSharp's pixels lie from Pillow's; null in rows that have Pillow's.</summary>
    internal static Finding? Difference(SuiteCase row, RgbImage pillows, RgbImage photograph, RgbImage resized)
    {
        if (row.Variant != "imagesharp" || row["Stage"] == "normalise") { return null; }
        var (largest, mean) = row["Stage"] == "decode" ? Distance(photograph, pillows) : Distance(resized, ResizeReference.Resize(pillows, s_resized));
        return new("pixels", "largest and mean difference to the pixels of Pillow, which Skia and the lab's resize have to the bit", FormattableString.Invariant($"{largest} and {mean:F2} of 255"));
    }

    /// <summary>What is the lab's own must be equal: what is timed gives the plain loops' bits, and Skia's photograph. ImageSharp must have seen the same picture.</summary>
    internal static void Require(SuiteCase row, RgbImage pillows, RgbImage photograph, RgbImage resized, TensorSet tensors)
    {
        switch (row["Stage"])
        {
            case "decode":
                Near(photograph, SyntheticPhotographs.Create(0, Photographs.CocoSize), "the picture before JPEG");
                if (row.Variant == "skia") { Equal(photograph, pillows); }
                return;
            case "resize" or "decode and resize":
                var expected = ResizeReference.Resize(pillows, s_resized);
                Near(resized, expected, "the plain loops");
                if (row.Variant != "imagesharp") { Equal(resized, expected); }
                return;
        }

        var got = tensors["pixel_values"].Floats.ToArray();
        if (row["Stage"] == "normalise") { PlainPreprocessor.Normalize(resized, Normalization.ImageNet, tensors["pixel_values"].Floats, s_resized); }
        else { Plain(photograph, tensors)(); }
        if (!MemoryMarshal.AsBytes(got.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(tensors["pixel_values"].Floats))) { throw Differs("other values than the plain loops", "the same bits"); }

        void Equal(RgbImage found, RgbImage needed)
        {
            if (!found.Pixels.SequenceEqual(needed.Pixels)) { throw Differs("other pixels than the plain path", "the same bytes"); }
        }

        void Near(RgbImage found, RgbImage needed, string of)
        {
            var (_, mean) = Distance(found, needed);
            if (mean > JpegLevels) { throw Differs(FormattableString.Invariant($"pixels that lie {mean:F1} levels from those of {of}"), $"at most {JpegLevels} on average"); }
        }

        LabException Differs(string found, string needed) => LabError.FastPathDiffers(row.ToString(), found, needed);
    }

    static (int Largest, double Mean) Distance(RgbImage a, RgbImage b)
    {
        var (x, y) = (a.Pixels.ToArray(), b.Pixels.ToArray());
        var differences = x.Zip(y, (p, q) => Math.Abs(p - q)).ToList();
        return (differences.Max(), differences.Average());
    }

    static RgbImage Copy(RgbImage image)
    {
        var copy = new RgbImage();
        copy.Resize(image.Size);
        image.Pixels.CopyTo(copy.Pixels);
        return copy;
    }
}
