using System.Diagnostics;
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
        const table = [...document.querySelectorAll("table")].find(t => t.caption && t.caption.textContent.startsWith("What each"));
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
        found.push("wider than the window " + (document.documentElement.scrollWidth > innerWidth));
        document.title = found.join("; ");
        </script>
        </body>
        """;

    [Fact]
    public void Html_InChromium_SortsAndIsAccessibleAndFetchesNothing()
    {
        var browser = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .SelectMany(folder => (string[])[Path.Combine(folder, "chromium"), Path.Combine(folder, "google-chrome")])
            .FirstOrDefault(File.Exists);
        Assert.SkipUnless(browser is not null, "no Chromium here: apt-get install -y --no-install-recommends chromium");
        using var folder = new TempFolder();
        FakeResults.Write(folder.File("results"), FakeResults.Engine.Concat(FakeResults.Precision));
        var page = Reporter.Write(new() { ResultsDir = folder.File("results"), PlotsDir = folder.File("plots") }).Html;
        File.WriteAllText(page, File.ReadAllText(page).Replace("</body>", Probe));

        var title = WebUtility.HtmlDecode(Regex.Match(Dump(browser, folder, page), "<title>(rising[^<]*)</title>").Groups[1].Value);

        Assert.Equal(
            "rising ort-int8-static-all; ascending; falling torch-naive; descending; last torch-int8-dynamic; requests 0; unnamed pictures 0; skipped headings 0; wider than the window false",
            title);
    }

    static string Dump(string browser, TempFolder folder, string page)
    {
        string[] quiet =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--window-size=1200,900", $"--user-data-dir={folder.File("profile")}", "--dump-dom", new Uri(page).AbsoluteUri,
        ];
        using var process = Process.Start(new ProcessStartInfo(browser, quiet) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("the browser did not finish within two minutes");
        }

        return output.Result.Length > 0 ? output.Result : errors.Result;
    }
}
