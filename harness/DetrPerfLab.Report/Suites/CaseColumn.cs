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

    /// <summary>One row a case. A column without a figure is left out, and a reason that fits all rows stands once below them; without cases all columns stay.</summary>
    internal static Table Table(string caption, IEnumerable<CaseColumn> columns, IReadOnlyList<CaseView> cases)
    {
        var all = columns.Select(c => (c.Heading, Cells: cases.Select(c.Show).ToArray())).ToArray();
        if (cases.Count == 0) { return new Table(caption, [.. all.Select(c => c.Heading)], []); }
        List<string> below = [];
        var shown = all.Where(c => c.Cells.Any(cell => cell.Text.Count > 0)).Select(c => (c.Heading, Cells: Once(c.Heading, c.Cells, below))).ToArray();
        foreach (var (heading, cells) in all.Where(c => c.Cells.All(cell => cell.Text.Count == 0)))
        {
            // Percentiles that the samples do not allow are no news in a row of any suite.
            string[] reasons = heading.Silent ? [] : [.. cells.Select(c => c.Note).OfType<string>().Distinct()];
            if (reasons.Length > 0) { below.Add($"No column \"{heading.Heading}\": {string.Join("; ", reasons)}."); }
        }

        return new Table(caption, [.. shown.Select(c => c.Heading)], [.. cases.Select((_, i) => (IReadOnlyList<Cell>)[.. shown.Select(c => c.Cells[i])])]) { Below = below };
    }

    static Cell[] Once(Column heading, Cell[] cells, List<string> below)
    {
        Cell[] telling = [.. cells.Where(c => c.Text.Count > 0 || c.Note is not null)];
        if (telling.Length < 2 || telling[0].Note is not { } note || telling.Any(c => c.Note != note)) { return cells; }
        below.Add($"{heading.Heading}: {note}.");
        return [.. cells.Select(c => c with { Note = null })];
    }
}
