using System.Net;
using System.Text.RegularExpressions;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Report;

/// <summary>report.html in a real browser, without a window.</summary>
public class BrowserTests
{
    // Runs in the page: what it finds becomes the document's title.
    const string Probe = """
        <script>
        const table = [...document.querySelectorAll("table")].find(t => t.caption && t.caption.textContent.startsWith("The variants"));
        const first = () => table.tBodies[0].rows[0].cells[0].textContent;
        const last = () => [...table.tBodies[0].rows].at(-1).cells[0].textContent;
        const button = [...table.querySelectorAll("th button")].find(b => b.textContent === "latency, ms");
        const found = [];
        button.click();
        found.push("rising " + first(), button.closest("th").getAttribute("aria-sort"));
        button.click();
        found.push("falling " + first(), button.closest("th").getAttribute("aria-sort"), "last " + last());
        found.push("requests " + performance.getEntriesByType("resource").length);
        found.push("unnamed pictures " + [...document.querySelectorAll("svg")].filter(s => !s.getAttribute("aria-label")).length);
        const levels = [...document.querySelectorAll("h1,h2,h3")].map(h => Number(h.tagName[1]));
        found.push("skipped headings " + levels.filter((level, i) => i > 0 && level > levels[i - 1] + 1).length);
        found.push("unfolded " + document.querySelectorAll("details[open]").length);
        found.push("summaries by key " + [...document.querySelectorAll("summary")].every(s => s.tabIndex === 0));
        location.hash = "#why";
        found.push("wider than the window " + (document.documentElement.scrollWidth > innerWidth));
        document.title = found.join("; ");
        </script>
        </body>
        """;

    [Fact]
    public void Html_InChromium_SortsAndIsAccessibleAndFetchesNothing()
    {
        var browser = HeadlessBrowser.Find();
        using var folder = new TempFolder();
        FakeResults.Write(folder.File("results"), FakeResults.Engine.Concat(FakeResults.Precision));
        var page = Reporter.Write(new() { ResultsDir = folder.File("results"), PlotsDir = folder.File("plots") }).Html;
        File.WriteAllText(page, File.ReadAllText(page).Replace("</body>", Probe));

        var title = WebUtility.HtmlDecode(Regex.Match(HeadlessBrowser.Dump(browser, folder, new(page)), "<title>(rising[^<]*)</title>").Groups[1].Value);

        Assert.Equal(
            "rising ort-int8-static-all; ascending; falling torch-fp32; descending; last ort-int8-static-all; requests 0; unnamed pictures 0; skipped headings 0; unfolded 0; summaries by key true; wider than the window false",
            title);
    }

    /// <summary>In a frame, since a window of a browser is not made as narrow as a telephone.</summary>
    [Fact]
    public void Html_400PixelsWide_NeedsNoSidewaysScrollForTheAnswer()
    {
        var browser = HeadlessBrowser.Find();
        using var folder = new TempFolder();
        FakeResults.Write(folder.File("results"), FakeResults.Precision);
        var page = Reporter.Write(new() { ResultsDir = folder.File("results"), PlotsDir = folder.File("plots") }).Html;
        File.WriteAllText(page, File.ReadAllText(page).Replace("</body>", """
            <script>
            const wide = [...document.querySelectorAll("section[aria-labelledby=answer] *")].filter(e => e.getBoundingClientRect().right > innerWidth && getComputedStyle(e).clipPath === "none" && !e.closest(".unseen"));
            parent.postMessage(`width ${innerWidth}; scrolls ${document.documentElement.scrollWidth > innerWidth}; beyond ${wide.map(e => e.tagName)}`, "*");
            </script>
            </body>
            """));
        var frame = folder.File("frame.html");
        File.WriteAllText(frame, $"<html><head><title></title><script>addEventListener('message', e => document.title = e.data)</script></head><body><iframe width=400 height=900 style='border:0' src='{new Uri(page).AbsoluteUri}'></iframe></body></html>");

        Assert.Contains("<title>width 400; scrolls false; beyond </title>", HeadlessBrowser.Dump(browser, folder, new(frame)));
    }
}
