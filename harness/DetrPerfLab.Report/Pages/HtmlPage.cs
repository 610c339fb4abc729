using System.Text;

namespace DetrPerfLab.Report;

/// <summary>Writes a document as one HTML file that asks for nothing outside itself.</summary>
/// <remarks>Each chart is in the page once, its colours are those of the reader's theme; no script is needed to read it.</remarks>
static class HtmlPage
{
    const int MostColumns = 16;

    /// <summary>The page, with each chart as an SVG element; charts that are not among the drawn ones are left out.</summary>
    internal static string Write(ReportDocument document, DrawnCharts charts)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            // Nothing may be fetched, even if a result file smuggled in markup.
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n")
            .Append($"<title>{Escape(document.Title)}</title>\n<style>\n{charts.Palette.Css}{RightCss}{Resource("page.css")}</style>\n</head>\n<body>\n<main>\n")
            .Append($"<h1>{Escape(document.Title)}</h1>\n<p class=\"caption\">{Escape(document.Caption)}</p>\n")
            .Append("<nav aria-label=\"Sections\"><ul>\n");
        foreach (var section in document.Sections) { page.Append($"<li><a href=\"#{section.Id}\">{Escape(section.Heading)}</a></li>\n"); }
        page.Append("</ul></nav>\n");
        foreach (var section in document.Sections)
        {
            page.Append($"<section aria-labelledby=\"{section.Id}\">\n<h2 id=\"{section.Id}\">{Escape(section.Heading)}</h2>\n");
            // The heading stays outside: screen readers list it, and a link to it is read before it is unfolded.
            if (section.Inside is { } inside) { page.Append($"<details class=\"part\">\n<summary>{Escape(inside)}</summary>\n"); }
            foreach (var block in section.Blocks) { WriteBlock(page, block, charts.Svgs); }
            page.Append(section.Inside is null ? "</section>\n" : "</details>\n</section>\n");
        }

        return page.Append("</main>\n<script>\n").Append(Resource("page.js")).Append("</script>\n</body>\n</html>\n").ToString();
    }

    static void WriteBlock(StringBuilder page, Block block, IReadOnlyDictionary<string, string> svgs)
    {
        switch (block)
        {
            case Paragraph paragraph:
                var tone = paragraph.Tone == Tone.Text ? "" : $" class=\"{paragraph.Tone.ToString().ToLowerInvariant()}\"";
                page.Append($"<p{tone}>{Text(paragraph.Text)}</p>\n");
                break;
            case PointList list:
                page.Append("<ul>\n");
                foreach (var item in list.Items) { page.Append($"<li>{Text(item)}</li>\n"); }
                page.Append("</ul>\n");
                break;
            case SubHeading heading:
                page.Append($"<h3>{Escape(heading.Text)}</h3>\n");
                break;
            case CodeBlock code:
                page.Append($"<pre tabindex=\"0\"><code>{Escape(code.Text)}</code></pre>\n");
                break;
            case Figure figure when svgs.TryGetValue(figure.Chart.Name, out var svg):
                page.Append($"<figure>{svg}</figure>\n");
                break;
            case Figure:
                break;
            case Table table:
                WriteTable(page, table);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(block), block.GetType().Name, "no way to write it");
        }
    }

    static void WriteTable(StringBuilder page, Table table)
    {
        if (table.Long) { page.Append($"<details>\n<summary>{Escape(table.Caption)} ({table.Rows.Count})</summary>\n"); }
        // Rows that become cards are no table to a browser any more; their roles say that they still are.
        string Role(string role) => table.Narrows ? $" role=\"{role}\"" : "";
        page.Append($"<div class=\"scroll{(table.Narrows ? " narrows" : "")}\" role=\"region\" aria-label=\"{Escape(table.Caption)}\" tabindex=\"0\">\n<table{Role("table")}{Right(table)}>\n");
        if (!table.Long) { page.Append($"<caption class=\"unseen\">{Escape(table.Caption)}</caption>\n"); }
        page.Append($"<thead{Role("rowgroup")}><tr{Role("row")}>");
        foreach (var column in table.Columns)
        {
            page.Append($"<th scope=\"col\"{Role("columnheader")}{Title(column.Help)}>")
                .Append(column.Heading.Length > 0 ? $"<button type=\"button\">{Escape(column.Heading)}</button>" : "<span aria-hidden=\"true\"></span>")
                .Append("</th>");
        }

        page.Append($"</tr></thead>\n<tbody{Role("rowgroup")}>\n");
        var notes = new List<string>();
        foreach (var row in table.Rows)
        {
            page.Append($"<tr{Role("row")}>");
            for (var i = 0; i < row.Count; i++) { WriteCell(page, row[i], notes, i == 0, table.Narrows ? $"{Role(i == 0 ? "rowheader" : "cell")} data-label=\"{Escape(table.Columns[i].Heading)}\"" : ""); }
            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table>\n</div>\n");
        if (notes.Count > 0) { page.Append("<ol class=\"notes\">\n").AppendJoin("", notes.Select(n => $"<li>{Escape(n)}</li>\n")).Append("</ol>\n"); }
        foreach (var line in table.Below) { page.Append($"<p class=\"note below\">{Escape(line)}</p>\n"); }
        if (table.Long) { page.Append("</details>\n"); }
    }

    // Once a table, not once a cell: the style sheet has a rule for each place.
    static string Right(Table table)
    {
        string[] places = [.. table.Columns.Index().Where(c => c.Item.Numeric).Select(c => $"r{c.Index + 1}")];
        return places.Length > 0 ? $" class=\"{string.Join(' ', places)}\"" : "";
    }

    static string RightCss { get; } = string.Concat(Enumerable.Range(1, MostColumns).Select(i => $".r{i} :is(td,th):nth-child({i}){{text-align:right}}\n.r{i} td:nth-child({i}){{white-space:nowrap}}\n"));

    static void WriteCell(StringBuilder page, Cell cell, List<string> notes, bool isFirst, string attributes)
    {
        var name = isFirst ? "th scope=\"row\"" : "td";
        var key = cell.SortKey is { } number && !IsPlain(cell) ? $" data-key=\"{number.ToString("G6", CultureInfo.InvariantCulture)}\"" : cell.Text.Count == 0 ? " data-empty" : "";
        page.Append($"<{name}{attributes}{key}{Title(cell.Hint)}>{Text(cell.Text)}");
        if (cell.Second is { } second) { page.Append($"<small>{Escape(second)}</small>"); }
        if (cell.Note is { } note)
        {
            if (!notes.Contains(note)) { notes.Add(note); }
            page.Append($"<sup title=\"{Escape(note)}\">[{notes.IndexOf(note) + 1}]</sup>");
        }

        page.Append(isFirst ? "</th>" : "</td>");
    }

    // What reads as a number sorts as one without further words.
    static bool IsPlain(Cell cell) => cell is { Text: [{ Text: var text }], Second: null, Note: null } && text.All(c => char.IsAsciiDigit(c) || c == '.');

    static string Text(IReadOnlyList<Inline> runs) => string.Concat(runs.Select(run => run.Style switch
    {
        InlineStyle.Code => $"<code>{Escape(run.Text)}</code>",
        InlineStyle.Bold => $"<strong>{Escape(run.Text)}</strong>",
        _ => Escape(run.Text),
    }));

    static string Title(string? text) => string.IsNullOrEmpty(text) ? "" : $" title=\"{Escape(text)}\"";

    /// <summary>Text as text, in content and in attributes in double quotes.</summary>
    /// <remarks>By hand: HtmlEncode would write a number for each × of a page in UTF-8.</remarks>
    static string Escape(string text) => string.Concat(text.Select(c => c switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        _ => c.ToString(),
    }));

    static string Resource(string name)
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
