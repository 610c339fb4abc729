namespace DetrPerfLab.Report;

/// <summary>A chart that is ready to be drawn, in any theme.</summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Alt">What it shows, in words, with its main figures: for those who do not see it.</param>
/// <param name="DataHeight">Pixels of the data's rectangle; words around it come on top.</param>
/// <param name="Draw">Draws it.</param>
sealed record Chart(string Name, string Alt, int DataHeight, Action<ChartCanvas> Draw)
{
    internal const int Width = 860; // pixels: a README on GitHub

    internal ChartCanvas On(ChartTheme theme)
    {
        var canvas = new ChartCanvas(theme, Width, DataHeight);
        Draw(canvas);
        return canvas;
    }
}

/// <summary>A chart, or the reason why there is none.</summary>
readonly record struct Drawing(Chart? Chart, string? Reason)
{
    public static implicit operator Drawing(Chart chart) => new(chart, null);

    internal static Drawing None(string reason) => new(null, reason);
}

/// <summary>Cases that a line joins.</summary>
sealed record Line(string Name, CaseView[] Cases)
{
    internal VariantStyle Style => VariantStyle.Of(Cases[0].Run.VariantName);

    /// <summary>One line for each name, its cases along the axis; what has a single case is no line.</summary>
    internal static Line[] Of(IEnumerable<CaseView> cases, Func<CaseView, string> name, Func<CaseView, double?> x) =>
        [.. cases.GroupBy(name).Select(g => new Line(g.Key, [.. g.OrderBy(x)])).Where(l => l.Cases.Length >= 2).OrderBy(l => l.Name, StringComparer.Ordinal)];
}
