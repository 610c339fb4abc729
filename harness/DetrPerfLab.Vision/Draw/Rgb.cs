using SkiaSharp;

namespace DetrPerfLab.Vision;

/// <summary>An sRGB colour.</summary>
readonly record struct Rgb(byte R, byte G, byte B)
{
    internal static Rgb Black { get; } = new(0, 0, 0);

    internal static Rgb White { get; } = new(255, 255, 255);

    internal SKColor Skia => new(R, G, B);

    /// <summary>Black or white, whichever reads better on this colour.</summary>
    internal Rgb Ink => Contrast(White) > Contrast(Black) ? White : Black;

    /// <summary>1 (none) to 21 (black on white).</summary>
    /// <remarks>Source: WCAG 2.1, contrast ratio.</remarks>
    internal double Contrast(Rgb other)
    {
        var (a, b) = (Luminance, other.Luminance);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    double Luminance => (0.2126 * Linear(R)) + (0.7152 * Linear(G)) + (0.0722 * Linear(B));

    static double Linear(byte value) => value / 255.0 is var v && v <= 0.04045 ? v / 12.92 : Math.Pow((v + 0.055) / 1.055, 2.4);
}
