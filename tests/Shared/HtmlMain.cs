using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DetrPerfLab.Tests;

/// <summary>What stands between a page's <c>main</c> tags, as XML.</summary>
static class HtmlMain
{
    public static XElement Of(string page)
    {
        var main = Regex.Match(page, "<main>.*</main>", RegexOptions.Singleline).Value;
        // The one attribute that HTML writes without a value.
        return XElement.Parse(Regex.Replace(main, "(<t[hd][^>]*) data-empty", "$1 data-empty=\"\""), LoadOptions.PreserveWhitespace);
    }
}
