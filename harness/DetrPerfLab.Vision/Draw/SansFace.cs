using SkiaSharp;

namespace DetrPerfLab.Vision;

/// <summary>The face in which labels are written: the first sans of this machine that Skia can read.</summary>
static class SansFace
{
    static readonly Lazy<SKTypeface?> s_typeface = new(() => Open());

    /// <summary>Null where no font is to be had. Lives as long as the process.</summary>
    internal static SKTypeface? Typeface => s_typeface.Value;

    /// <summary>Searches these folders, or those of the system.</summary>
    internal static SKTypeface? Open(IEnumerable<string>? folders = null) =>
        SansFont.Candidates(folders).Select(font => SKTypeface.FromFile(font.Regular)).FirstOrDefault(face => face is not null);
}
