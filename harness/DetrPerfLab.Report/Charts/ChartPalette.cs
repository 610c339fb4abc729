using System.Text;
using System.Text.RegularExpressions;

namespace DetrPerfLab.Report;

/// <summary>Joins the light and the dark drawing of a chart, which differ in colours only, to one element whose colours follow the page's theme: half the page.</summary>
sealed partial class ChartPalette
{
    readonly Dictionary<(string Light, string Dark), int> _colours = [];

    /// <summary>The colours that drawings refer to, for each theme.</summary>
    internal string Css
    {
        get
        {
            if (_colours.Count == 0) { return ""; }
            string Of(Func<(string Light, string Dark), string> theme) => string.Concat(_colours.Select(c => $"--c{c.Value}:{theme(c.Key)};"));
            var css = new StringBuilder($":root{{{Of(c => c.Light)}}}\n");
            // On paper always the light ones.
            css.Append($"@media screen and (prefers-color-scheme: dark){{:root{{{Of(c => c.Dark)}}}}}\n");
            return css.Append($"figure text{{font-family:{ChartText.Family},{ChartText.Fallbacks}}}\n").ToString();
        }
    }

    internal string Join(string light, string dark)
    {
        var (shades, at) = (Colour().Matches(dark), 0);
        if (shades.Count != Colour().Count(light)) { throw new InvalidOperationException("the two drawings of a chart differ in more than colours"); }
        var joined = Colour().Replace(light, m =>
        {
            var pair = (m.Groups["value"].Value, shades[at++].Groups["value"].Value);
            if (pair.Item1 == pair.Item2) { return m.Value; }
            if (!_colours.TryGetValue(pair, out var index)) { _colours[pair] = index = _colours.Count; }
            return $"{m.Groups["name"].Value}=\"var(--c{index})\"";
        });
        joined = Moved().Replace(joined, m => $"{m.Groups["before"].Value}{m.Groups["rest"].Value} x=\"{Sum(m, "dx", "x")}\" y=\"{Sum(m, "dy", "y")}\"");
        joined = joined.Replace($" {Usual}", "", StringComparison.Ordinal).Replace("<svg ", $"<svg {Usual} ", StringComparison.Ordinal);
        joined = Path().Replace(joined, m => Hundredths().Replace(m.Value, "$1"));
        return Indent().Replace(Fitted().Replace(Face().Replace(joined, ""), ""), "\n");
    }

    // What most texts say is said once, by the element that they inherit it from.
    static string Usual { get; } = string.Create(CultureInfo.InvariantCulture, $"font-size=\"{ChartText.Size}\"");

    static string Sum(Match match, string one, string other) =>
        (double.Parse(match.Groups[one].Value, CultureInfo.InvariantCulture) + double.Parse(match.Groups[other].Value, CultureInfo.InvariantCulture)).ToString("0.#", CultureInfo.InvariantCulture);

    // A text that is only moved, and then placed.
    [GeneratedRegex(@"(?<before><text[^>]*?) transform=""translate\((?<dx>-?[\d.]+) (?<dy>-?[\d.]+)\)""(?<rest>[^>]*?) x=""(?<x>-?[\d.]+)"" y=""(?<y>-?[\d.]+)""")]
    private static partial Regex Moved();

    [GeneratedRegex(@"(?<name>\bfill|\bstroke)=""(?<value>[^""]*)""")]
    private static partial Regex Colour();

    // The same for all texts of a page.
    [GeneratedRegex(@" font-family=""[^""]*""")]
    private static partial Regex Face();

    // A few letters are as wide in any face.
    [GeneratedRegex(@" textLength=""[^""]*"" lengthAdjust=""[^""]*""(?=>[^<]{1,7}<)")]
    private static partial Regex Fitted();

    [GeneratedRegex(@" d=""[^""]*""")]
    private static partial Regex Path();

    [GeneratedRegex(@"(\.\d)\d\b")]
    private static partial Regex Hundredths();

    [GeneratedRegex(@"\n\s+")]
    private static partial Regex Indent();
}
