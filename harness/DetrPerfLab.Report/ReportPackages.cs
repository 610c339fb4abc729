using DetrPerfLab.Core;
using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>What the plot library really is on this machine.</summary>
public static class ReportPackages
{
    /// <summary>Package or stand-in, and the program behind it.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Describe() => PackageFacts.Describe("ScottPlot", typeof(Plot).Assembly);
}
