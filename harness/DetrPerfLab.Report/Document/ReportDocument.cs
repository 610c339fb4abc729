namespace DetrPerfLab.Report;

/// <summary>What a report says, before it becomes Markdown or HTML: both pages are written from this one content.</summary>
sealed record ReportDocument(string Title, string Caption, IReadOnlyList<Section> Sections);

/// <summary>A heading and what stands below it; <c>Id</c> is its anchor.</summary>
sealed record Section(string Id, string Heading, IReadOnlyList<Block> Blocks)
{
    /// <summary>What unfolding it shows, in words: HTML folds it away at first. Null for what stands open.</summary>
    public string? Inside { get; init; }
}

/// <summary>One thing below a heading.</summary>
abstract record Block;

/// <summary>Running text.</summary>
sealed record Paragraph(IReadOnlyList<Inline> Text, Tone Tone = Tone.Text) : Block;

/// <summary>How a paragraph is set; the lead is the report's answer.</summary>
enum Tone
{
    Text,
    Lead,
    Warning,
    Note,
}

/// <summary>Points without an order.</summary>
sealed record PointList(IReadOnlyList<IReadOnlyList<Inline>> Items) : Block;

/// <summary>A heading within a section.</summary>
sealed record SubHeading(string Text) : Block;

/// <summary>Commands, a line each.</summary>
sealed record CodeBlock(string Text) : Block;

/// <summary>A chart, drawn elsewhere.</summary>
sealed record Figure(Chart Chart) : Block;

/// <summary>Rows of cells; the caption is read out, and shown where the table is folded away.</summary>
sealed record Table(string Caption, IReadOnlyList<Column> Columns, IReadOnlyList<IReadOnlyList<Cell>> Rows) : Block
{
    /// <summary>Reference rather than reading: folded away in HTML, where it sorts, and left out of Markdown.</summary>
    public bool Long { get; init; }

    /// <summary>Whether a narrow window shows each row as a card, so that nobody scrolls sideways for it.</summary>
    public bool Narrows { get; init; }

    /// <summary>What holds for all rows, once below them.</summary>
    public IReadOnlyList<string> Below { get; init; } = [];
}

/// <summary>A column's heading; the help is shown on hovering.</summary>
sealed record Column(string Heading, bool Numeric = false, string? Help = null)
{
    /// <summary>Whether it goes without a word where it would be empty in all rows.</summary>
    public bool Silent { get; init; }
}

/// <summary>One cell of a table; it sorts by the number behind it where there is one. The hint is shown on hovering.</summary>
sealed record Cell(IReadOnlyList<Inline> Text, double? SortKey = null, string? Hint = null)
{
    public Cell(Inline text, double? sortKey = null, string? hint = null)
        : this([text], sortKey, hint) { }

    // In small print below the text, for example the interval.
    public string? Second { get; init; }

    /// <summary>Why the cell is empty, or how its text came about; a numbered note below the table.</summary>
    public string? Note { get; init; }

    /// <summary>An empty cell with its reason: what could not be measured is never guessed.</summary>
    public static Cell Empty(string reason) => new([]) { Note = reason };

    /// <summary>An empty cell in a row that tells the reason elsewhere.</summary>
    public static Cell Blank { get; } = new([]);
}

/// <summary>A run of text in one style. Result files come from strangers: renderers escape, so content never becomes markup.</summary>
readonly record struct Inline(string Text, InlineStyle Style = InlineStyle.Plain)
{
    public static implicit operator Inline(string text) => new(text);

    public static Inline Code(string text) => new(text, InlineStyle.Code);

    public static Inline Bold(string text) => new(text, InlineStyle.Bold);
}

/// <summary>How a run of text is set.</summary>
enum InlineStyle
{
    Plain,
    Code,
    Bold,
}
