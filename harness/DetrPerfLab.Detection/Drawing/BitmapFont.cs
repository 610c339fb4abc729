using System.Reflection;

namespace DetrPerfLab.Detecting;

/// <summary>The lab's own letters, 5 x 9 pixels: enough for class names and scores, and no font file to find or trust.</summary>
/// <remarks>Drawn in BitmapFont.txt: a line of characters, then nine lines that show them side by side. The two lowest rows are for descenders.</remarks>
static class BitmapFont
{
    internal const int GlyphWidth = 5;
    internal const int GlyphHeight = 9;

    /// <summary>Pixels from one letter to the next.</summary>
    internal const int Advance = GlyphWidth + 1;

    static readonly Dictionary<char, byte[]> s_glyphs = Load();

    /// <summary>Characters that have a picture; others show as a question mark.</summary>
    internal static IReadOnlyCollection<char> Characters => s_glyphs.Keys;

    /// <summary>Nine rows from the top; bit 4 is the leftmost pixel.</summary>
    internal static ReadOnlySpan<byte> Glyph(char character) => s_glyphs.TryGetValue(character, out var rows) ? rows : s_glyphs['?'];

    /// <summary>Width of a text at scale 1, without a gap after its last letter.</summary>
    internal static int Measure(string text) => text.Length == 0 ? 0 : (text.Length * Advance) - 1;

    static Dictionary<char, byte[]> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("BitmapFont.txt")!;
        using var reader = new StreamReader(stream);
        var glyphs = new Dictionary<char, byte[]>();
        while (reader.ReadLine() is { } characters)
        {
            foreach (var character in characters) { glyphs.Add(character, new byte[GlyphHeight]); }
            for (var row = 0; row < GlyphHeight; row++)
            {
                var line = reader.ReadLine()!;
                for (var i = 0; i < characters.Length; i++)
                {
                    var cell = line.AsSpan(i * Advance, GlyphWidth);
                    for (var x = 0; x < GlyphWidth; x++)
                    {
                        if (cell[x] == '#') { glyphs[characters[i]][row] |= (byte)(1 << (GlyphWidth - 1 - x)); }
                    }
                }
            }
        }

        return glyphs;
    }
}
