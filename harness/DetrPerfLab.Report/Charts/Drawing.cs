namespace DetrPerfLab.Report;

/// <summary>A chart, or the reason why there is none.</summary>
readonly record struct Drawing(Chart? Chart, string? Reason)
{
    public static implicit operator Drawing(Chart chart) => new(chart, null);

    /// <summary>No chart, since data is lacking.</summary>
    internal static Drawing None(string reason) => new(null, reason);
}
