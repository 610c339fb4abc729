using SkiaSharp;

namespace DetrPerfLab.Vision;

/// <summary>What the image library really is on this machine.</summary>
public static class VisionPackages
{
    public static IEnumerable<KeyValuePair<string, string>> Describe() =>
    [
        PackageVersion.Of("SkiaSharp", typeof(SKCodec).Assembly),
        .. Native(),
    ];

    static IEnumerable<KeyValuePair<string, string>> Native()
    {
        try { return [new("Skia", $"milestone {SkiaSharpVersion.Native}")]; }
        catch (Exception e) when (e.GetBaseException() is DllNotFoundException) { return [new("Skia", "cannot be loaded")]; }
    }
}
