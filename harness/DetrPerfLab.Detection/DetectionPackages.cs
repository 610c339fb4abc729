using DetrPerfLab.Core;
using SkiaSharp;

namespace DetrPerfLab.Detecting;

/// <summary>What the image library really is on this machine.</summary>
public static class DetectionPackages
{
    /// <summary>The package, its native library, and the face that labels are written in.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Describe() =>
    [
        .. PackageFacts.Describe("SkiaSharp", typeof(SKCodec).Assembly),
        .. Native(),
    ];

    static IEnumerable<KeyValuePair<string, string>> Native()
    {
        try { return [new("Skia", $"milestone {SkiaSharpVersion.Native}"), new("Label font", SansFace.Typeface?.FamilyName ?? "none")]; }
        catch (Exception e) when (e.GetBaseException() is DllNotFoundException) { return [new("Skia", "cannot be loaded")]; }
    }
}
