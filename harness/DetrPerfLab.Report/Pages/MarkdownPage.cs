using System.Text;

namespace DetrPerfLab.Report;

/// <summary>Writes a document as Markdown that GitHub renders.</summary>
/// <remarks>What HTML shows on hovering is left out; notes of cells stand below their table. Long tables are in HTML only, where they fold and sort.</remarks>
static class MarkdownPage
{
    public static string Write(ReportDocument document, string chartFolder)
    {
        var page = new StringBuilder();
        page.Append("# ").Append(Escape(document.Title)).Append("\n\n").Append(Escape(document.Caption)).Append("\n\n");
        foreach (var section in document.Sections)
        {
            page.Append("## ").Append(Escape(section.Heading)).Append("\n\n");
            foreach (var block in section.Blocks) { WriteBlock(page, block, chartFolder); }
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    static void WriteBlock(StringBuilder page, Block block, string chartFolder)
    {
        switch (block)
        {
            case Paragraph { Tone: Tone.Warning } warning:
                page.Append("> [!WARNING]\n> ").Append(Text(warning.Text)).Append("\n\n");
                break;
            case Paragraph { Tone: Tone.Note } note:
                page.Append("<sub>").Append(Text(note.Text)).Append("</sub>\n\n");
                break;
            case Paragraph paragraph:
                page.Append(Text(paragraph.Text)).Append("\n\n");
                break;
            case PointList list:
                foreach (var item in list.Items) { page.Append("- ").Append(Text(item)).Append('\n'); }
                page.Append('\n');
                break;
            case SubHeading heading:
                page.Append("### ").Append(Escape(heading.Text)).Append("\n\n");
                break;
            case CodeBlock code:
                page.Append("```sh\n").Append(code.Text.Replace("```", "` ` `", StringComparison.Ordinal)).Append("\n```\n\n");
                break;
            case Figure figure:
                WriteFigure(page, figure.Chart, chartFolder);
                break;
            case Table { Long: true }:
                break;
            case Table table:
                WriteTable(page, table);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(block), block.GetType().Name, "no way to write it");
        }
    }

    // GitHub shows the picture that fits the reader's theme; every other renderer shows the light one.
    static void WriteFigure(StringBuilder page, Chart chart, string folder) => page
        .Append($"<picture><source media=\"(prefers-color-scheme: dark)\" srcset=\"{folder}/{chart.Name}-dark.svg\">")
        .Append($"<img src=\"{folder}/{chart.Name}.svg\" width=\"{Chart.Width}\" alt=\"{Attribute(chart.Alt)}\"></picture>\n\n");

    static void WriteTable(StringBuilder page, Table table)
    {
        var notes = new List<string>();
        page.Append('|').AppendJoin('|', table.Columns.Select(c => $" {Escape(c.Heading)} ")).Append("|\n");
        page.Append('|').AppendJoin('|', table.Columns.Select(c => c.Numeric ? "---:" : "---")).Append("|\n");
        foreach (var row in table.Rows)
        {
            page.Append('|').AppendJoin('|', row.Select(cell => $" {CellText(cell, notes)} ")).Append("|\n");
        }

        page.Append('\n');
        string[] below = [.. notes.Select((note, i) => $"[{i + 1}] {Escape(note)}"), .. table.Below.Select(Escape)];
        foreach (var (i, line) in below.Index()) { page.Append($"<sub>{line}</sub>").Append(i + 1 < below.Length ? "<br>\n" : "\n\n"); }
    }

    static string CellText(Cell cell, List<string> notes)
    {
        var text = Text(cell.Text) + (cell.Second is { } second ? $"<br><sub>{Escape(second)}</sub>" : "");
        if (cell.Note is not { } note) { return text; }
        var index = notes.IndexOf(note);
        if (index < 0)
        {
            index = notes.Count;
            notes.Add(note);
        }

        return $"{text}<sup>[{index + 1}]</sup>";
    }

    static string Text(IReadOnlyList<Inline> runs) => string.Concat(runs.Select(run => run.Style switch
    {
        InlineStyle.Code => CodeSpan(run.Text),
        InlineStyle.Bold => $"**{Escape(run.Text)}**",
        _ => Escape(run.Text),
    }));

    static string CodeSpan(string text)
    {
        var line = OneLine(text).Replace("|", "\\|", StringComparison.Ordinal);
        return line.Contains('`') ? $"`` {line} ``" : $"`{line}`";
    }

    /// <summary>Text as text: every character that Markdown or HTML could take for markup is escaped.</summary>
    internal static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in OneLine(text))
        {
            switch (c)
            {
                case '<': escaped.Append("&lt;"); break;
                case '>': escaped.Append("&gt;"); break;
                case '&': escaped.Append("&amp;"); break;
                case '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '~' or '#': escaped.Append('\\').Append(c); break;
                default: escaped.Append(c); break;
            }
        }

        return escaped.ToString();
    }

    // By hand: HtmlEncode would write a number for each × and µ of a text that is read as it stands, too.
    static string Attribute(string text) => OneLine(text)
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal);

    static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
