namespace DetrPerfLab.Report;

/// <summary>One column of a suite's table: its heading, and what a case shows in it.</summary>
sealed record CaseColumn(Column Heading, Func<CaseView, Cell> Show)
{
    /// <summary>A column of figures.</summary>
    internal static CaseColumn Figure(string heading, string? help, Func<CaseView, Cell> show) => new(new(heading, Numeric: true, help), show);

    /// <summary>A figure that may be missing, with the reason where it is; a case without samples tells its own reason once, as its verdict.</summary>
    internal static CaseColumn Figure(string heading, string? help, Func<CaseView, double?> value, Func<double, string> format, string missing) =>
        Figure(heading, help, view => value(view) is { } number ? new Cell(format(number), number) : view.Gap is null ? Cell.Empty(missing) : Cell.Blank);

    /// <summary>A parameter of the suite; blank where a case leaves it as it is.</summary>
    internal static CaseColumn Parameter(string name, string? heading = null, string? help = null) => new(
        new(heading ?? name.ToLowerInvariant(), Help: help), view => view.Parameter(name) is { } value ? new Cell(value, view.Number(name)) : Cell.Blank);
}
