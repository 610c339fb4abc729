using System.Security.Cryptography;
using System.Text;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Vision;

public class ImageDecoderTests
{
    static readonly string s_folder = Path.Combine(TestPaths.Fixtures, "images");

    public static TheoryData<string> Images =>
        [.. Directory.EnumerateFiles(s_folder).Select(Path.GetFileName).OfType<string>().Where(n => n.EndsWith(".jpg") || n.EndsWith(".png")).Order()];

    public static TheoryData<string> Refused => [.. Directory.EnumerateFiles(Path.Combine(s_folder, "refused")).Select(Path.GetFileName).OfType<string>().Order()];

    [Theory]
    [MemberData(nameof(Images))]
    public void Decode_EveryKindOfImage_GivesPillowsPixels(string name)
    {
        var expected = File.ReadAllBytes(Path.Combine(s_folder, Path.ChangeExtension(name, ".rgb")));
        var actual = Decode(File.ReadAllBytes(Path.Combine(s_folder, name))).Pixels;

        Assert.Equal(expected.Length, actual.Length);
        Assert.Equal(0, FirstDifference(expected, actual));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Decode_FormatThatWouldGiveOtherPixels_SaysWhatItBeginsWith(string name) =>
        Assert.Contains("begins with '", AssertRefused(Fixture(Path.Combine("refused", name))));

    [Fact]
    public void Decode_RealPhotographs_GivesPillowsPixels()
    {
        var folder = TestPaths.SharedData("coco-val2017-mini", "images");
        var decoder = new ImageDecoder();
        var image = new RgbImage();
        foreach (var line in File.ReadLines(Path.Combine(s_folder, "coco-val2017-mini.sha256")))
        {
            var (hash, name) = (line[..64], line[66..]);
            decoder.Decode(Path.Combine(folder, name), image);
            Assert.Equal($"{hash}  {name}", $"{Convert.ToHexStringLower(SHA256.HashData(image.Pixels))}  {name}");
        }
    }

    [Fact]
    public void Decode_QuarterTurn_SwapsHeightAndWidth()
    {
        Assert.Equal(new ImageSize(26, 38), Decode(Fixture("jpeg-exif-3.jpg")).Size);
        Assert.Equal(new ImageSize(38, 26), Decode(Fixture("jpeg-exif-6.jpg")).Size);
    }

    [Fact]
    public void Decode_SmallerImageAfterLarger_ReusesTheBuffer()
    {
        var decoder = new ImageDecoder();
        var image = new RgbImage();
        decoder.Decode(Path.Combine(s_folder, "jpeg-420.jpg"), image);
        var before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Decode(Path.Combine(s_folder, "jpeg-exif-8.jpg"), image);

        Assert.Equal(new ImageSize(38, 26), image.Size);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_096); // Skia's handles, no pixels
    }

    [Fact]
    public void Decode_StreamThatGivesOneByteAtATime_Works()
    {
        var image = new RgbImage();
        new ImageDecoder().Decode(new Trickle(Fixture("png-rgb.png")), "trickle", image);
        Assert.Equal(File.ReadAllBytes(Path.Combine(s_folder, "png-rgb.rgb")), image.Pixels.ToArray());
    }

    [Theory]
    [InlineData("jpeg-420.jpg")]
    [InlineData("jpeg-progressive.jpg")]
    [InlineData("jpeg-cmyk.jpg")]
    [InlineData("png-rgb.png")]
    [InlineData("png-interlaced.png")]
    [InlineData("png-animated.png")]
    [InlineData("webp-lossy.jpg")]
    [InlineData("webp-animated.jpg")]
    [InlineData("gif-animated.jpg")]
    [InlineData("bmp.jpg")]
    public void Decode_TruncatedAnywhere_IsRefused(string name)
    {
        var whole = Fixture(name);
        // The last two bytes of a JPEG end it: without them the last rows may be missing, and nobody can tell.
        for (var length = 0; length < whole.Length; length += Math.Max(1, whole.Length / 61))
        {
            AssertRefused(whole[..length]);
        }

        AssertRefused(whole[..^1]);
    }

    [Theory]
    [InlineData("jpeg-420.jpg")]
    [InlineData("jpeg-progressive.jpg")]
    [InlineData("png-palette.png")]
    [InlineData("png-rgb16.png")]
    [InlineData("png-exif-6.png")]
    [InlineData("webp-exif-6.jpg")]
    [InlineData("gif-animated.jpg")]
    [InlineData("bmp-palette.jpg")]
    public void Decode_FlippedBytes_NeverDoesMoreThanRefuse(string name)
    {
        var whole = Fixture(name);
        var random = new Random(20250101);
        for (var i = 0; i < 400; i++)
        {
            var damaged = whole.ToArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--) { damaged[random.Next(damaged.Length)] = (byte)random.Next(256); }
            // A million pixels: a flipped size may be honest, and is then decoded.
            try { new ImageDecoder { MaxPixels = 1_000_000 }.Decode(damaged, name, new RgbImage()); }
            catch (LabException refused) { Assert.Equal(ExitCode.BadInput, refused.ExitCode); }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("%PDF-1.7 is not among them")]
    [InlineData("a text file that somebody named .jpg")]
    [InlineData("\u0001\u0002\u0003")]
    public void Decode_NoImage_SaysWhatItBeginsWith(string content)
    {
        var message = AssertRefused(Encoding.ASCII.GetBytes(content));
        Assert.Contains(content.Length == 0 ? "is empty" : "begins with", message);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void Decode_GiantPng_IsRefusedBeforeAnythingIsAllocated()
    {
        var png = File.ReadAllBytes(Path.Combine(s_folder, "hostile", "giant.png"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var message = AssertRefused(png);

        Assert.Contains("1000000 x 900000 pixels", message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Decode_GiantJpeg_IsRefusedBeforeAnythingIsAllocated()
    {
        var jpeg = Fixture("jpeg-420.jpg");
        var frame = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        byte[] most = [0xFF, 0xDC]; // 65500, libjpeg's own limit
        most.CopyTo(jpeg, frame + 5);
        most.CopyTo(jpeg, frame + 7);
        Assert.Contains("65500 x 65500 pixels", AssertRefused(jpeg));
    }

    [Fact]
    public void Decode_StrayBytesBeforeTheEnd_AreTolerated()
    {
        var jpeg = Fixture("jpeg-420.jpg");
        byte[] stray = [.. jpeg[..^2], 1, 2, 3, .. jpeg[^2..], 4, 5];
        Assert.Equal(Decode(jpeg).Pixels.ToArray(), Decode(stray).Pixels.ToArray());
    }

    [Fact]
    public void Decode_TooManyBytes_StopsReading()
    {
        var decoder = new ImageDecoder { MaxFileBytes = 1 << 20 };
        var endless = new Endless();
        var refused = Assert.Throws<LabException>(() => decoder.Decode(endless, "endless", new RgbImage()));
        Assert.Contains("more than 1 MiB", refused.Message);
        Assert.InRange(endless.Given, 1 << 20, 4 << 20);
    }

    [Fact]
    public void Describe_Skia_HasBothVersions()
    {
        var facts = VisionPackages.Describe().ToDictionary();
        Assert.Matches(@"\d+\.\d+", facts["SkiaSharp"]);
        Assert.Matches(@"^milestone \d+", facts["Skia"]);
    }

    [Fact]
    public void Decode_MissingFile_IsNamed()
    {
        var refused = Assert.Throws<LabException>(() => new ImageDecoder().Decode("no/such.jpg", new RgbImage()));
        Assert.Contains("'no/such.jpg' was not found", refused.Message);
    }

    static byte[] Fixture(string name) => File.ReadAllBytes(Path.Combine(s_folder, name));

    static RgbImage Decode(byte[] data)
    {
        var image = new RgbImage();
        new ImageDecoder().Decode(data, "test", image);
        return image;
    }

    static string AssertRefused(byte[] data)
    {
        var image = new RgbImage();
        var refused = Assert.Throws<LabException>(() => new ImageDecoder().Decode(data, "test", image));
        Assert.Equal(ExitCode.BadInput, refused.ExitCode);
        Assert.Equal(0, image.Pixels.Length);
        return refused.Message;
    }

    /// <returns>0 where they are equal, else the first differing pixel's number, from 1.</returns>
    static int FirstDifference(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual) =>
        expected.CommonPrefixLength(actual) is var same && same == expected.Length ? 0 : (same / 3) + 1;

    sealed class Trickle(byte[] data) : MemoryStream(data)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(1, count));
    }

    sealed class Endless : Stream
    {
        internal long Given { get; private set; }
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Given += count;
            return count;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
