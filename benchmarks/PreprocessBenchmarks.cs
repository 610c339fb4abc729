using System.Runtime.InteropServices;
using DetrPerfLab.Benchmarks.Infrastructure;
using DetrPerfLab.Core;
using DetrPerfLab.Detecting;
using DetrPerfLab.Measure;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace DetrPerfLab.Benchmarks;

/// <summary>From a JPEG of 480x640 to the network's input of 800x1066: decode, resize and normalise apart and together, in plain loops and in the fused path.</summary>
/// <remarks>
/// ImageSharp decodes and normalises here. Its own resize stands as a row without a figure: the lab uses what both sources of the package offer, and
/// compat/ImageSharp decodes, encodes and gives pixels only.
/// </remarks>
[Samples(full: 100, quick: 20)]
public class PreprocessBenchmarks : WorkBenchmarks
{
    /// <summary>Quality 90 with halved chroma moves the synthetic photograph's pixels by 6 levels on average; a wrong channel order by far more.</summary>
    const double JpegLevels = 10;

    static readonly ImageSize s_resized = new(800, 1066);

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        new("imagesharp", ("Stage", "decode")),
        new("plain", ("Stage", "resize")),
        new("imagesharp", ("Stage", "resize")),
        new("vectorised", ("Stage", "resize")),
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
        var resized = ResizeReference.Resize(photograph, s_resized);
        var tensors = new TensorSet(
            new HostTensor("pixel_values", ElementType.Float32, 1, 3, s_resized.Height, s_resized.Width),
            new HostTensor("pixel_mask", ElementType.Int64, 1, s_resized.Height, s_resized.Width));
        Action prepare = row.Variant == "plain" ? Plain(photograph, tensors) : Fused(photograph, tensors, row.Variant == "fused" ? 1 : Environment.ProcessorCount);
        Action run = (row.Variant, row["Stage"]) switch
        {
            ("imagesharp", "decode") => () => decoder.Decode(jpeg, "synthetic", photograph),
            ("plain", "resize") => () => resized = ResizeReference.Resize(photograph, s_resized),
            ("imagesharp", "resize") => throw LabError.NoImageSharpResize(),
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
        if (row["Stage"] is "decode" or "decode, resize and normalise") { photograph.Pixels.Clear(); }
        if (row["Stage"] == "resize") { resized.Pixels.Clear(); }
        tensors["pixel_values"].Floats.Fill(float.NaN);
        run();
        Require(row, photograph, resized, tensors);
        return new(new ActionOperation(run)) { MemoryOperations = 10 };
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

    /// <summary>Fast must be equal: what is timed gives the plain loops' bits. Decoding has no plain loop; it is held against the picture before JPEG.</summary>
    internal static void Require(SuiteCase row, RgbImage photograph, RgbImage resized, TensorSet tensors)
    {
        var original = SyntheticPhotographs.Create(0, Photographs.CocoSize);
        if (row["Stage"] == "decode")
        {
            var difference = 0.0;
            for (var i = 0; i < original.Pixels.Length; i++) { difference += Math.Abs(original.Pixels[i] - photograph.Pixels[i]); }
            difference /= original.Pixels.Length;
            if (difference > JpegLevels) { throw Differs(FormattableString.Invariant($"pixels that lie {difference:F1} levels from those encoded"), $"at most {JpegLevels} on average"); }
            return;
        }

        if (row["Stage"] == "resize")
        {
            if (!resized.Pixels.SequenceEqual(ResizeReference.Resize(photograph, s_resized).Pixels)) { throw Differs("other pixels than the plain loops", "the same bytes"); }
            return;
        }

        var got = tensors["pixel_values"].Floats.ToArray();
        if (row["Stage"] == "normalise") { PlainPreprocessor.Normalize(resized, Normalization.ImageNet, tensors["pixel_values"].Floats, s_resized); }
        else { Plain(photograph, tensors)(); }
        if (!MemoryMarshal.AsBytes(got.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(tensors["pixel_values"].Floats))) { throw Differs("other values than the plain loops", "the same bits"); }

        LabException Differs(string found, string needed) => LabError.FastPathDiffers(row.ToString(), found, needed);
    }
}
