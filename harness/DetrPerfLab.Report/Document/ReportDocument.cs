namespace DetrPerfLab.Report;

/// <summary>What a report says, before it becomes Markdown or HTML: both pages are written from this one content.</summary>
/// <param name="Title">The page's title.</param>
/// <param name="Caption">Machine, day and commit.</param>
/// <param name="Sections">Top to bottom.</param>
sealed record ReportDocument(string Title, string Caption, IReadOnlyList<Section> Sections);

/// <summary>A heading and what stands below it.</summary>
/// <param name="Id">Anchor, lower-case letters and hyphens.</param>
/// <param name="Heading">Its heading.</param>
/// <param name="Blocks">Top to bottom.</param>
sealed record Section(string Id, string Heading, IReadOnlyList<Block> Blocks);

/// <summary>One element of a section.</summary>
abstract record Block;

/// <summary>A paragraph.</summary>
/// <param name="Text">Its runs.</param>
/// <param name="Tone">Whether it is the section's point, text, or small print.</param>
sealed record Paragraph(IReadOnlyList<Inline> Text, Tone Tone = Tone.Text) : Block;

/// <summary>How loudly a paragraph speaks.</summary>
enum Tone
{
    /// <summary>Ordinary text.</summary>
    Text,

    /// <summary>The answer itself.</summary>
    Lead,

    /// <summary>Something to beware of.</summary>
    Warning,

    /// <summary>Small print.</summary>
    Note,
}

/// <summary>A list of points.</summary>
/// <param name="Items">One entry a point.</param>
sealed record PointList(IReadOnlyList<IReadOnlyList<Inline>> Items) : Block;

/// <summary>A heading inside a section.</summary>
/// <param name="Text">Its text.</param>
sealed record SubHeading(string Text) : Block;

/// <summary>A command to copy.</summary>
/// <param name="Text">One or more lines.</param>
sealed record CodeBlock(string Text) : Block;

/// <summary>A chart, drawn elsewhere.</summary>
/// <param name="Chart">What it shows.</param>
sealed record Figure(Chart Chart) : Block;

/// <summary>A table.</summary>
/// <param name="Caption">What it shows; read out by screen readers.</param>
/// <param name="Columns">Headings.</param>
/// <param name="Rows">One cell a column.</param>
sealed record Table(string Caption, IReadOnlyList<Column> Columns, IReadOnlyList<IReadOnlyList<Cell>> Rows) : Block
{
    /// <summary>Reference rather than reading: folded away at first.</summary>
    public bool Long { get; init; }
}

/// <summary>A column's heading.</summary>
/// <param name="Heading">With its unit.</param>
/// <param name="Numeric">Numbers stand at the right.</param>
/// <param name="Help">What it means; shown on hovering.</param>
sealed record Column(string Heading, bool Numeric = false, string? Help = null);

/// <summary>One cell of a table.</summary>
/// <param name="Text">What is shown; nothing where there is no figure.</param>
/// <param name="SortKey">The number behind it; null where it sorts as text.</param>
/// <param name="Hint">Shown on hovering: the figures behind the text.</param>
sealed record Cell(IReadOnlyList<Inline> Text, double? SortKey = null, string? Hint = null)
{
    /// <summary>A cell of one run.</summary>
    public Cell(Inline text, double? sortKey = null, string? hint = null)
        : this([text], sortKey, hint) { }

    /// <summary>A second line in small print, for example the interval.</summary>
    public string? Second { get; init; }

    /// <summary>Why the cell is empty, or how its text came about; a numbered note below the table.</summary>
    public string? Note { get; init; }

    /// <summary>An empty cell with its reason: what could not be measured is never guessed.</summary>
    public static Cell Empty(string reason) => new([]) { Note = reason };

    /// <summary>An empty cell in a row that tells the reason elsewhere.</summary>
    public static Cell Blank { get; } = new([]);
}
