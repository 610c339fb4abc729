using System.Text.RegularExpressions;

namespace ScottPlot.Gnuplot;

/// <summary>Mends gnuplot's SVG: bold text, and no tool tips that read "gnuplot_plot_1" nor a version that changes with the machine.</summary>
static partial class SvgCleaner
{
    internal static string Clean(string svg)
    {
        svg = TitleAndDescription().Replace(svg, "");
        // Without enhanced text the terminal hands the style on as part of the family's name.
        svg = svg.Replace("font-family=\"sans-serif:Bold\"", "font-family=\"sans-serif\" font-weight=\"bold\"", StringComparison.Ordinal);
        svg = PlotId().Replace(svg, "<g>");
        return TextBoxFilter().Replace(svg, "").ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"<title>(Gnuplot|gnuplot_plot_\d+\w?)</title>|<desc>Produced by [^<]*</desc>\s*")]
    private static partial Regex TitleAndDescription();

    [GeneratedRegex(@"<g id=""gnuplot_(plot_\d+\w?|canvas)"" ?>")]
    private static partial Regex PlotId();

    // Filters for boxed text, which is never asked for.
    [GeneratedRegex(@"\s*<filter id='(textbox|greybox)'.*?</filter>", RegexOptions.Singleline)]
    private static partial Regex TextBoxFilter();
}
