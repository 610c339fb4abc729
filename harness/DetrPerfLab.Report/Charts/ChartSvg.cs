using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace DetrPerfLab.Report;

/// <summary>Makes a drawn SVG fit to stand alone or in a page: words that any reader's font can show, a name for screen readers, ids of its own, values on hovering.</summary>
static partial class ChartSvg
{
    internal static string Draw(Chart chart, ChartTheme theme)
    {
        using var canvas = chart.On(theme);
        return Finish(canvas.ToSvg(), chart.Alt, $"{chart.Name}{theme.Suffix}-", canvas.Hovers);
    }

    internal static string Finish(string svg, string alt, string prefix, IReadOnlyList<HoverMark> hovers)
    {
        // Skia counts its ids on over all pictures of a process; a picture's own count is the same in every run.
        var ids = new Dictionary<string, string>();
        svg = Id().Replace(svg, m =>
        {
            if (!ids.TryGetValue(m.Groups[2].Value, out var id)) { ids[m.Groups[2].Value] = id = $"{prefix}{ids.Count + 1}"; }
            return m.Groups[1].Value + id;
        });
        svg = OneClip(svg);
        // A hundredth of a pixel is finer than any display; Skia writes eight digits.
        svg = Tag().Replace(svg, tag => LongNumber().Replace(tag.Value, n => Pixel(double.Parse(n.Value, CultureInfo.InvariantCulture))));
        svg = Text().Replace(svg, m => Words(m.Groups["attributes"].Value, First(m.Groups["x"].Value), First(m.Groups["y"].Value), m.Groups["text"].Value));
        // Without a view box a narrow window would crop the picture instead of scaling it.
        var size = Size().Match(svg);
        var box = size.Success ? $" viewBox=\"0 0 {size.Groups[1].Value} {size.Groups[2].Value}\"" : "";
        svg = Root().Replace(svg, m => $"<svg role=\"img\" aria-label=\"{WebUtility.HtmlEncode(alt)}\"{box}{m.Groups[1].Value}", 1);
        var end = svg.LastIndexOf("</svg>", StringComparison.Ordinal);
        if (hovers.Count == 0 || end < 0) { return svg; }
        var marks = new StringBuilder("<g class=\"hover\" fill=\"#808080\" fill-opacity=\"0\" stroke=\"none\">\n");
        foreach (var mark in hovers)
        {
            marks.Append($"<rect x=\"{Pixel(mark.X)}\" y=\"{Pixel(mark.Y)}\" width=\"{Pixel(mark.Width)}\" ")
                .Append($"height=\"{Pixel(mark.Height)}\"><title>{WebUtility.HtmlEncode(mark.Text)}</title></rect>\n");
        }

        return svg.Insert(end, marks.Append("</g>\n").ToString());
    }

    // ScottPlot clips each mark by itself, all of them to the data: one clip does, and marks in a row share it. What is said again by default goes.
    static string OneClip(string svg)
    {
        var first = new Dictionary<string, string>();
        var same = new Dictionary<string, string>();
        svg = Clip().Replace(svg, m =>
        {
            if (first.TryAdd(m.Groups["what"].Value, m.Groups["id"].Value)) { return m.Value; }
            same[m.Groups["id"].Value] = first[m.Groups["what"].Value];
            return "";
        });
        svg = Use().Replace(svg, m => same.TryGetValue(m.Groups[1].Value, out var id) ? $"url(#{id})" : m.Value);
        var open = "";
        svg = Group().Replace(svg, m =>
        {
            // Another kind of group in between ends the row.
            var again = open.Length > 0 && m.Groups["closed"].Success && m.Groups["open"].Value == open;
            open = m.Groups["open"].Value;
            return again ? "" : m.Value;
        });
        svg = Nothing().Replace(svg, "");
        return svg.Replace(" stroke-miterlimit=\"4\"", "", StringComparison.Ordinal);
    }

    // Skia places each letter by the metrics of this machine's face. The reader's browser may have another: it gets the words whole, the
    // names of faces to try, and the width that they must fill.
    static string Words(string attributes, string x, string y, string text)
    {
        var size = float.Parse(FontSize().Match(attributes).Groups[1].Value, CultureInfo.InvariantCulture);
        var width = ChartText.Width(WebUtility.HtmlDecode(text), size, bold: attributes.Contains("font-weight=\"bold\"", StringComparison.Ordinal));
        attributes = Family().Replace(attributes, m => $"font-family=\"{m.Groups[1].Value}, {ChartText.Fallbacks}\"");
        return $"<text {attributes.Trim()} x=\"{x}\" y=\"{y}\" textLength=\"{Pixel(width)}\" lengthAdjust=\"spacingAndGlyphs\">{text}</text>";
    }

    static string First(string list) => list.Split(',')[0].Trim();

    // Not Format.Number: SVG wants a hyphen for minus.
    static string Pixel(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    // id="x", href="#x" and url(#x), in either kind of quotes; colours (#rrggbb) stand in other attributes.
    [GeneratedRegex(@"(\bid=[""']|href=[""']#|url\(#)([A-Za-z][\w-]*)")]
    private static partial Regex Id();

    [GeneratedRegex(@"<text (?<attributes>[^>]*?)\bx=""(?<x>[^""]*)"" y=""(?<y>[^""]*)"">\s*(?<text>[^<]*?)\s*</text>")]
    private static partial Regex Text();

    [GeneratedRegex(@"<clipPath id=""(?<id>[^""]*)"">\s*(?<what><rect [^>]*/>)\s*</clipPath>\s*")]
    private static partial Regex Clip();

    // Ticks of no length.
    [GeneratedRegex(@"\s*<path [^>]*d=""M([\d. -]+)L\1""/>")]
    private static partial Regex Nothing();

    [GeneratedRegex(@"url\(#([^)]*)\)")]
    private static partial Regex Use();

    // A clipped group, and whether another one ends right before it.
    [GeneratedRegex(@"(?<closed></g>\s*)?(?<open><g clip-path=""[^""]*"">)|<g\b")]
    private static partial Regex Group();

    [GeneratedRegex(@"<[^!?][^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"-?\d+\.\d{3,}")]
    private static partial Regex LongNumber();

    [GeneratedRegex(@"font-size=""([^""]*)""")]
    private static partial Regex FontSize();

    [GeneratedRegex(@"font-family=""([^""]*)""")]
    private static partial Regex Family();

    [GeneratedRegex(@"<svg\b[^>]*?\bwidth=""([\d.]+)"" height=""([\d.]+)""")]
    private static partial Regex Size();

    [GeneratedRegex(@"<svg\b(\s)")]
    private static partial Regex Root();
}
