namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>The drawing library's native part does not load on this machine.</summary>
    /// <param name="reason">What the loader said.</param>
    /// <param name="inner">What it threw.</param>
    public static LabException PlotBackendMissing(string reason, Exception inner) =>
        Missing($"No charts: libSkiaSharp, which draws them, does not load here ({reason.TrimEnd('.')}). The numbers are written without them; to leave charts out: --no-charts.", inner);

    /// <summary>No font to write a chart's words in.</summary>
    /// <param name="folders">Where fonts were looked for.</param>
    public static LabException NoFont(IEnumerable<string> folders) =>
        Missing($"No charts: no font was found in {string.Join(", ", folders.Where(f => f.Length > 0))}, needed a sans face (.ttf). " +
            "The numbers are written without them. Put one there, for example by: apt-get install fonts-dejavu-core");

    /// <summary>A folder holds no result files that can be read.</summary>
    public static LabException NoResults(string folder, IEnumerable<string> problems) =>
        BadInput(string.Join(' ', [
            $"Folder '{folder}' holds no readable results, needed <machine>/<suite>.json. Measure first: ./run-all.sh, or detrlab bench.", .. problems]));
}
