namespace DetrPerfLab.Report;

/// <summary>One column of a table of cases: its heading, and what a case shows in it.</summary>
sealed record CaseColumn(Column Heading, Func<CaseView, Cell> Show)
{
    internal static CaseColumn Text(string heading, Func<CaseView, Cell> show, string? help = null) => new(new(heading, Help: help), show);

    internal static CaseColumn Figure(string heading, string? help, Func<CaseView, Cell> show) => new(new(heading, Numeric: true, help), show);

    /// <summary>A figure that may be missing, with the reason where it is; a case without samples tells its own reason once, as its verdict.</summary>
    internal static CaseColumn Figure(string heading, string? help, Func<CaseView, double?> value, Func<double, string> format, string missing) =>
        Figure(heading, help, view => value(view) is { } number ? new Cell(format(number), number) : Cells.Missing(view, missing));

    /// <summary>A parameter of the suite; blank where a case leaves it as it is.</summary>
    internal static CaseColumn Parameter(string name, string? heading = null, string? help = null) =>
        Text(heading ?? name.ToLowerInvariant(), view => view.Parameter(name) is { } value ? new Cell(value, view.Number(name)) : Cell.Blank, help);

    /// <summary>One row a case. A column that would be empty in every row and has no reason to show is left out; without cases all columns stay.</summary>
    internal static Table Table(string caption, IEnumerable<CaseColumn> columns, IReadOnlyList<CaseView> cases)
    {
        var shown = columns.Select(c => (c.Heading, Cells: cases.Select(c.Show).ToArray())).Where(c => cases.Count == 0 || c.Cells.Any(cell => cell.Text.Count > 0 || cell.Note is not null)).ToArray();
        return new Table(caption, [.. shown.Select(c => c.Heading)], [.. cases.Select((_, i) => (IReadOnlyList<Cell>)[.. shown.Select(c => c.Cells[i])])]);
    }
}
