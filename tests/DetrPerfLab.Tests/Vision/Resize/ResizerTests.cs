using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Vision;

public class ResizerTests
{
    // Mostly small, so that borders and tails are met often; now and then wide, for whole vectors and the far side of the shuffle window.
    static readonly Arbitrary<int> s_side = Gen.OneOf(Gen.Choose(1, 20), Gen.Choose(1, 20), Gen.Choose(21, 140)).ToArbitrary();

    static readonly Arbitrary<(int, int, int, int)> s_geometry =
        (from h in s_side.Generator from w in s_side.Generator from nh in s_side.Generator from nw in s_side.Generator select (h, w, nh, nw)).ToArbitrary();

    /// <summary>A machine with narrower vectors: these tests in a process whose runtime is told to do without.</summary>
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public void Resize_NarrowerVectors_EqualsReference(string switchedOff)
    {
        var tests = typeof(ResizerTests).Assembly.Location;
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [tests, "-class", typeof(ResizerTests).FullName!, "-method-", $"*.{nameof(Resize_NarrowerVectors_EqualsReference)}"])
        {
            RedirectStandardOutput = true,
            Environment = { [switchedOff] = "0" },
        };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, said);
        Assert.Contains("Failed: 0, Skipped: 0", said);
    }

    [Fact]
    public void Runtime_ToldToDoWithoutInstructions_DoesWithout()
    {
        Assert.False(Avx512F.IsSupported && (Off("DOTNET_EnableAVX512") || Off("DOTNET_EnableAVX2") || Off("DOTNET_EnableHWIntrinsic")));
        Assert.False(Avx2.IsSupported && (Off("DOTNET_EnableAVX2") || Off("DOTNET_EnableHWIntrinsic")));

        static bool Off(string name) => Environment.GetEnvironmentVariable(name) == "0";
    }

    [Fact]
    public void Resize_AnySizes_EqualsReference() =>
        Prop.ForAll(s_geometry, g =>
        {
            var (h, w, nh, nw) = g;
            var (image, size, fast) = (TestImages.Noise(h, w, h + w), new ImageSize(nh, nw), new RgbImage());
            new Resizer().Resize(image, size, fast);
            return fast.Size == size && fast.Pixels.SequenceEqual(ResizeReference.Resize(image, size).Pixels);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ResizeToPlanes_AnySizesAndDeviation_EqualsReference()
    {
        Normalization[] normalizations = [Normalization.ImageNet, Normalization.UnitRange, new([0.1f, 0.7f, -3], [0.3f, 1e-3f, 77f])];
        Prop.ForAll(s_geometry, g =>
        {
            var (h, w, nh, nw) = g;
            var (image, size) = (TestImages.Noise(h, w, h + w), new ImageSize(nh, nw));
            foreach (var normalization in normalizations)
            {
                var (fast, plain) = (new float[3 * nh * nw], new float[3 * nh * nw]);
                new Resizer().ResizeToPlanes(image, size, normalization, fast, size);
                PlainPreprocessor.Normalize(ResizeReference.Resize(image, size), normalization, plain, size);
                if (!fast.AsSpan().SequenceEqual(plain)) { return false; }
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(1, 1, 3, 1000)]
    [InlineData(1, 1000, 1, 1)]
    [InlineData(2000, 1, 7, 300)]
    [InlineData(3, 65535, 2, 5)]
    [InlineData(65535, 2, 3, 1)]
    [InlineData(1, 5, 1, 65535)]
    [InlineData(640, 480, 1066, 800)]
    public void Resize_ExtremeShapes_EqualsReference(int height, int width, int newHeight, int newWidth)
    {
        var (image, size, fast) = (TestImages.Noise(height, width), new ImageSize(newHeight, newWidth), new RgbImage());
        new Resizer(2).Resize(image, size, fast);
        Assert.True(fast.Pixels.SequenceEqual(ResizeReference.Resize(image, size).Pixels));
    }

    [Fact]
    public void Resize_ConstantImage_StaysConstant() =>
        Prop.ForAll(s_geometry, ArbMap.Default.ArbFor<byte>(), (g, value) =>
        {
            var (resizer, fast) = (new Resizer(), new RgbImage());
            resizer.Resize(TestImages.Filled(g.Item1, g.Item2, value), new ImageSize(g.Item3, g.Item4), fast);
            return !fast.Pixels.ContainsAnyExcept(value);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Resize_AnyImage_StaysBetweenItsExtremes() =>
        Prop.ForAll(s_geometry, g =>
        {
            var (image, fast) = (TestImages.Noise(g.Item1, g.Item2), new RgbImage());
            foreach (ref var value in image.Pixels) { value = (byte)(60 + (value % 100)); }
            new Resizer().Resize(image, new ImageSize(g.Item3, g.Item4), fast);
            return !fast.Pixels.ContainsAnyExceptInRange((byte)60, (byte)159);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Resize_SameSize_IsIdentity() =>
        Prop.ForAll(s_side, s_side, (h, w) =>
        {
            var (image, fast) = (TestImages.Noise(h, w), new RgbImage());
            new Resizer().Resize(image, image.Size, fast);
            return fast.Pixels.SequenceEqual(image.Pixels);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Resize_SeveralThreads_EqualsOne()
    {
        var image = TestImages.Noise(300, 400);
        var (one, many, single, several) = (new RgbImage(), new RgbImage(), new Resizer(), new Resizer(5));
        for (var height = 500; height < 530; height++)
        {
            single.Resize(image, new ImageSize(height, 900), one);
            several.Resize(image, new ImageSize(height, 900), many);
            Assert.True(one.Pixels.SequenceEqual(many.Pixels));
        }
    }

    [Fact]
    public void Resize_IntoItself_Throws()
    {
        var image = TestImages.Filled(2, 2, 0);
        Assert.Throws<ArgumentException>(() => new Resizer().Resize(image, new ImageSize(3, 3), image));
    }

    [Fact]
    public void Resize_TooLong_NamesSizeAndLimit()
    {
        var error = Assert.Throws<LabException>(() => new Resizer().Resize(TestImages.Filled(1, 65536, 0), new ImageSize(3, 3), new RgbImage()));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("1x65536", error.Message);
        Assert.Contains("65535", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public void Resizer_ThreadsOutOfRange_Throws(int threads) => Assert.Throws<LabException>(() => new Resizer(threads));
}
