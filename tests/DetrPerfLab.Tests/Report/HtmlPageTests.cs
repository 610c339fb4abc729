using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DetrPerfLab.Tests.Report;

/// <summary>The page as a document. Its words are those of report.md, which is compared with a committed file.</summary>
public class HtmlPageTests
{
    static readonly ReportModel s_model = Reports.Model(FakeResults.All);
    static readonly string s_page = Reports.Html(s_model);
    static readonly XElement s_main = HtmlMain.Of(s_page);

    static IEnumerable<XElement> Tables => s_main.Descendants("table");

    [Fact]
    public void Write_Words_AreThoseOfMarkdown()
    {
        var markdown = Regex.Replace(Reports.OnGitHub(s_model), "<picture>.*?</picture>", "", RegexOptions.Singleline).Replace("<p></p>\n", "").Replace("<br>", "<br/>");

        Assert.Equal(Words(XElement.Parse($"<main>{markdown}</main>", LoadOptions.PreserveWhitespace)), Words(s_main));
    }

    [Fact]
    public void Write_Sections_AreNamedByTheirHeadingsAndLinked()
    {
        var sections = s_main.Elements("section").ToArray();

        Assert.All(sections, s => Assert.Equal((string?)s.Attribute("aria-labelledby"), (string?)s.Element("h2")!.Attribute("id")));
        Assert.Equal(
            sections.Select(s => ($"#{(string?)s.Attribute("aria-labelledby")}", s.Element("h2")!.Value)),
            s_main.Descendants("a").Select(a => ((string)a.Attribute("href")!, a.Value)));
    }

    [Fact]
    public void Write_Tables_HaveANameAndHeadingsWithScope() => Assert.All(Tables, table =>
    {
        var region = table.Parent!;
        var name = (string)region.Attribute("aria-label")!;
        Assert.NotEmpty(name);
        Assert.StartsWith(name, (table.Element("caption") ?? region.Parent!.Element("summary"))!.Value);
        Assert.Equal(("region", "0"), ((string?)region.Attribute("role"), (string?)region.Attribute("tabindex"))); // scrolls by key

        var columns = table.Element("thead")!.Descendants("th").ToArray();
        Assert.All(columns, th => Assert.Equal("col", (string?)th.Attribute("scope")));
        Assert.All(table.Element("tbody")!.Elements("tr"), row =>
        {
            Assert.Equal(columns.Length, row.Elements().Count());
            Assert.Equal("row", (string?)Assert.Single(row.Elements("th")).Attribute("scope"));
        });
    });

    [Fact]
    public void Write_Notes_StandBelowTheTableThatNumbersThem() => Assert.All(Tables, table =>
    {
        var next = table.Parent!.ElementsAfterSelf().FirstOrDefault();
        string[] notes = (string?)next?.Attribute("class") == "notes" ? [.. next.Elements("li").Select(n => n.Value)] : [];
        var marks = table.Descendants("sup").ToArray();

        Assert.All(marks, m => Assert.Equal((string?)m.Attribute("title"), notes[int.Parse(m.Value.Trim('[', ']')) - 1]));
        Assert.Equal(notes.Length, marks.Select(m => m.Value).Distinct().Count());
    });

    [Fact]
    public void Write_Cell_CarriesItsNumberItsFiguresAndItsNote()
    {
        var table = new Table("t", [new("a", Help: "why"), new("b", Numeric: true)], [[new("x"), new("1", 1.5, "3 samples") { Second = "[1, 2]", Note = "n" }]]);

        var page = HtmlPage.Write(new("", "", [new("s", "S", [table])]), DrawnCharts.None);

        Assert.Contains("<th scope=\"col\" title=\"why\"><button type=\"button\">a</button></th><th scope=\"col\"><button type=\"button\">b</button>", page);
        Assert.Contains("<table class=\"r2\">", page);
        Assert.Contains("<tr><th scope=\"row\">x</th><td data-key=\"1.5\" title=\"3 samples\">1<small>[1, 2]</small><sup title=\"n\">[1]</sup></td></tr>", page);
    }

    [Fact]
    public void Write_AnyResults_AsksForNothingOutside()
    {
        Assert.Contains("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';", s_page);
        Assert.DoesNotMatch(@"(src|srcset|action|data)\s*=\s*[""']", s_page.Replace("data-", ""));
        Assert.All(Regex.Matches(s_page, "href=\"([^\"]*)\"").Select(m => m.Groups[1].Value), target => Assert.StartsWith("#", target));
        Assert.DoesNotContain("@import", s_page);
        Assert.DoesNotContain("url(", s_page);
    }

    [Fact]
    public void Write_AllBelowTheAnswer_IsFoldedAwayUnderWordsThatSayWhatIsInside()
    {
        var sections = s_main.Elements("section").ToArray();

        Assert.Empty(sections[0].Elements("details"));
        Assert.All(sections.Skip(1), section =>
        {
            var details = Assert.Single(section.Elements("details"));
            Assert.Null(details.Attribute("open"));
            Assert.True(details.Element("summary")!.Value.Length > 20, details.Element("summary")!.Value);
            Assert.Equal(["h2", "details"], section.Elements().Select(e => e.Name.LocalName));
        });
    }

    // Block by block, as they are read, but for what HTML alone holds: long tables, and the words that unfold. Markdown writes the numbers of notes that a browser counts itself.
    static IEnumerable<string> Words(XElement main) => main.Descendants()
        .Where(e => !e.Ancestors("details").Any(d => (string?)d.Attribute("class") != "part") && e.Name != "summary")
        .Where(e => e.Name.LocalName is "h1" or "h2" or "h3" or "p" or "pre" or "th" or "td" or "ol" || (e.Name == "li" && e.Parent!.Name == "ul" && !e.Ancestors("nav").Any()))
        .Select(e => e.Name == "ol" ? string.Join('\n', e.Elements("li").Select((note, i) => $"[{i + 1}] {note.Value}")) : e.Value.Trim());
}
