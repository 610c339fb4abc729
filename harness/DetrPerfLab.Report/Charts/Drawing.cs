namespace DetrPerfLab.Report;

/// <summary>A chart, or the reason why there is none.</summary>
readonly record struct Drawing(Chart? Chart, string? Reason)
{
    public static implicit operator Drawing(Chart chart) => new(chart, null);

    /// <summary>No chart, since data is lacking.</summary>
    internal static Drawing None(string reason) => new(null, reason);
}

/// <summary>Measures that need an estimate of text width: the drawing library is asked for nothing before it draws.</summary>
static class ChartLayout
{
    /// <summary>Room for the longest of these labels at the chart's text size, pixels.</summary>
    internal static float LabelWidth(IEnumerable<string> labels) => 24 + (7.4f * labels.Select(l => l.Length).DefaultIfEmpty(0).Max());
}
