using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>What draws the charts on this machine.</summary>
public static class ReportPackages
{
    /// <summary>The package, and the face that its words are written in.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Describe() =>
        [PackageVersion.Of("ScottPlot", typeof(Plot).Assembly), new("chart font", ChartText.Installed ?? "none found: no charts are drawn")];
}
