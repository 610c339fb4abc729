using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace DetrPerfLab.Report;

/// <summary>Makes a drawn SVG fit to stand alone or in a page: a name for screen readers, ids of its own, values on hovering.</summary>
static partial class ChartSvg
{
    /// <summary>Draws <paramref name="chart"/> in <paramref name="theme"/>.</summary>
    internal static string Draw(Chart chart, ChartTheme theme)
    {
        using var canvas = new ChartCanvas(theme, chart.Width, chart.Height);
        chart.Draw(canvas);
        return Finish(canvas.ToSvg(), chart.Alt, $"{chart.Name}{theme.Suffix}-", canvas.Hovers);
    }

    /// <summary>Adds what the drawing library does not know.</summary>
    /// <param name="svg">What it drew.</param>
    /// <param name="alt">What the picture shows.</param>
    /// <param name="prefix">Put before each id: many pictures share one page.</param>
    /// <param name="hovers">Places that show a value.</param>
    internal static string Finish(string svg, string alt, string prefix, IReadOnlyList<HoverMark> hovers)
    {
        svg = Id().Replace(svg, m => $"{m.Groups[1].Value}{prefix}{m.Groups[2].Value}");
        svg = Root().Replace(svg, m => $"<svg role=\"img\" aria-label=\"{WebUtility.HtmlEncode(alt)}\"{m.Groups[1].Value}", 1);
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

    // Not Format.Number: SVG wants a hyphen for minus.
    static string Pixel(double value) => value.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture);

    // id="x", href="#x" and url(#x), in either kind of quotes; colours (#rrggbb) stand in other attributes.
    [GeneratedRegex(@"(\bid=[""']|href=[""']#|url\(#)([A-Za-z][\w-]*)")]
    private static partial Regex Id();

    [GeneratedRegex(@"<svg\b(\s)")]
    private static partial Regex Root();
}
