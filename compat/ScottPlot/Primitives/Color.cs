using System.Globalization;

namespace ScottPlot;

/// <summary>Red, green, blue and opacity, 8 bits each.</summary>
public readonly struct Color
{
    public readonly byte Red;
    public readonly byte Green;
    public readonly byte Blue;
    public readonly byte Alpha;

    public Color(byte red, byte green, byte blue, byte alpha = 255)
    {
        Red = red;
        Green = green;
        Blue = blue;
        Alpha = alpha;
    }

    /// <summary>From <c>#RRGGBB</c> or <c>#RRGGBBAA</c>; black when it is neither, as in the package.</summary>
    public Color(string hexCode)
    {
        var hex = hexCode.TrimStart('#');
        if (hex.Length == 6) { hex += "FF"; }
        _ = uint.TryParse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var rgba);
        Red = (byte)(rgba >> 24);
        Green = (byte)(rgba >> 16);
        Blue = (byte)(rgba >> 8);
        Alpha = (byte)rgba;
    }

    public static Color FromHex(string hex) => new(hex);

    public readonly Color WithAlpha(double alpha) => new(Red, Green, Blue, (byte)(alpha * 255));
}

public static class Colors
{
    public static Color Transparent => new(255, 255, 255, 0);

    public static Color Black => new(0, 0, 0);

    public static Color White => new(255, 255, 255);

    public static Color Gray => new(128, 128, 128);
}
