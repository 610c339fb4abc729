namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>Charts cannot be drawn on this machine.</summary>
    /// <param name="reason">What the drawing library said; holds the command where it knows one.</param>
    /// <param name="inner">What it threw.</param>
    public static LabException PlotBackendMissing(string reason, Exception inner) =>
        Missing($"Charts cannot be drawn: {reason} Or write the report without charts: --no-charts.", inner);

    /// <summary>A folder holds no result files that can be read.</summary>
    public static LabException NoResults(string folder, IEnumerable<string> problems) =>
        BadInput(string.Join(' ', [
            $"Folder '{folder}' holds no readable results, needed <machine>/<suite>.json. Measure first: ./run-all.sh, or detrlab bench.", .. problems]));
}
