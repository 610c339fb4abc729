using DetrPerfLab.Core;
using SixLabors.ImageSharp;

namespace DetrPerfLab.Detecting;

/// <summary>What the image library really is on this machine.</summary>
public static class DetectionPackages
{
    /// <summary>Package or stand-in, and the codecs behind it.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Describe() => PackageFacts.Describe("SixLabors.ImageSharp", typeof(Image).Assembly);
}
