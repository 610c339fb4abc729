using ScottPlot;
using SkiaSharp;

namespace DetrPerfLab.Report;

/// <summary>The face that charts are written in, and how much room its words take.</summary>
static class ChartText
{
    internal const float TitleSize = 16;
    internal const float Size = 12.5f;
    internal const float LineHeight = 15; // of that size, pixels

    /// <summary>Pixels by which ScottPlot sets a line too high where its middle shall lie: it counts room for accents.</summary>
    internal const float Rise = 2;

    /// <summary>What stands in for the face where an SVG's reader lacks it: first those of the same width.</summary>
    internal const string Fallbacks = "Verdana, Helvetica, Arial, sans-serif";
    static readonly Lazy<string?> s_family = new(Register);

    /// <summary>The face's name; asked for before anything is drawn or measured.</summary>
    internal static string Family => s_family.Value ?? throw LabError.NoFont(SansFont.Folders);

    /// <summary>The same where it may be missing, as what draws may be.</summary>
    internal static string? Installed
    {
        get
        {
            try { return s_family.Value; }
            catch (Exception e) when (e is DllNotFoundException or TypeInitializationException) { return null; }
        }
    }

    /// <summary>The first face of a machine that holds the characters which reports use; null without one.</summary>
    internal static SansFont? Find(IEnumerable<string>? folders = null) => SansFont.Candidates(folders).FirstOrDefault(font =>
    {
        using var face = SKTypeface.FromFile(font.Regular);
        if (face is null) { return false; }
        using var letters = face.ToFont();
        return letters.ContainsGlyphs("Aa0%×–−");
    });

    internal static float Width(string text, float size = Size, bool bold = false)
    {
        using var paint = Paint.NewDisposablePaint();
        return Style(text, size, bold).Measure(paint).Width;
    }

    internal static LabelStyle Style(string text, float size = Size, bool bold = false) => new() { Text = text, FontName = Family, FontSize = size, Bold = bold };

    /// <summary>Breaks lines at spaces so that none is wider than <paramref name="width"/>.</summary>
    internal static string Wrap(string text, float width, float size = Size, bool bold = false)
    {
        var lines = new List<string>();
        foreach (var paragraph in text.Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var longer = line.Length == 0 ? word : $"{line} {word}";
                if (line.Length > 0 && Width(longer, size, bold) > width)
                {
                    lines.Add(line);
                    longer = word;
                }

                line = longer;
            }

            lines.Add(line);
        }

        return string.Join('\n', lines.Select(l => Shorten(l, width, size, bold)));
    }

    /// <summary>Leaves out the middle of what is wider than <paramref name="width"/>: names differ most at their ends.</summary>
    internal static string Shorten(string text, float width, float size = Size, bool bold = false)
    {
        var shorter = text;
        for (var kept = text.Length - 1; kept > 1 && Width(shorter, size, bold) > width; kept--) { shorter = $"{text[..((kept + 1) / 2)]}…{text[^(kept / 2)..]}"; }
        return shorter;
    }

    // ScottPlot's faces belong to the process: registered once, before the first drawing.
    static string? Register()
    {
        if (Find() is not { } font) { return null; }
        using var face = SKTypeface.FromFile(font.Regular);
        Fonts.AddFontFile(face.FamilyName, font.Regular);
        Fonts.AddFontFile(face.FamilyName, font.Bold, bold: true);
        return Fonts.Default = face.FamilyName;
    }
}
