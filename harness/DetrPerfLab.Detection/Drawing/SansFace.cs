using DetrPerfLab.Core;
using SkiaSharp;

namespace DetrPerfLab.Detecting;

/// <summary>The face in which labels are written: the first sans of this machine that Skia can read.</summary>
static class SansFace
{
    static readonly Lazy<SKTypeface?> s_typeface = new(() => Open(SansFontFile.Folders));

    /// <summary>Null where no font is to be had. Lives as long as the process.</summary>
    internal static SKTypeface? Typeface => s_typeface.Value;

    internal static SKTypeface? Open(IEnumerable<string> folders) => SansFontFile.Find(folders) is { } file ? SKTypeface.FromFile(file) : null;
}
