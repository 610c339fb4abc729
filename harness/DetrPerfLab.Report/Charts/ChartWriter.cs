using DetrPerfLab.Core;

namespace DetrPerfLab.Report;

/// <summary>Writes charts as files: SVG for light and dark pages, PNG for everything else.</summary>
static class ChartWriter
{
    /// <returns>Paths, in the order of the charts.</returns>
    /// <exception cref="LabException">The machine lacks what draws.</exception>
    internal static IReadOnlyList<string> Write(IReadOnlyList<Chart> charts, string folder)
    {
        var jobs = charts.SelectMany(chart => (Func<string>[])
        [
            () => WriteSvg(chart, ChartTheme.Light, folder),
            () => WriteSvg(chart, ChartTheme.Dark, folder),
            () => WritePng(chart, folder),
        ]);
        // Each picture is a process or a canvas of its own; two at a time halve the wait.
        return Guard(() => (string[])[.. jobs.AsParallel().AsOrdered().Select(job => job())]);
    }

    /// <summary>Runs drawing code; what it throws where the machine lacks the renderer becomes a message.</summary>
    internal static T Guard<T>(Func<T> draw)
    {
        try
        {
            return draw();
        }
        catch (Exception e) when (MissingBackend(e) is { } missing)
        {
            throw LabError.PlotBackendMissing(missing.Message, missing);
        }
    }

    static string WriteSvg(Chart chart, ChartTheme theme, string folder)
    {
        var path = Path.Combine(folder, $"{chart.Name}{theme.Suffix}.svg");
        AtomicFile.WriteText(path, ChartSvg.Draw(chart, theme));
        return path;
    }

    static string WritePng(Chart chart, string folder)
    {
        var path = Path.Combine(folder, $"{chart.Name}.png");
        using var canvas = new ChartCanvas(ChartTheme.Light, chart.Width, chart.Height);
        chart.Draw(canvas);
        AtomicFile.Write(path, stream =>
        {
            // The drawing library writes files only.
            var beside = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".png");
            try
            {
                canvas.SavePng(beside);
                stream.Write(File.ReadAllBytes(beside));
            }
            finally
            {
                File.Delete(beside);
            }
        });
        return path;
    }

    // SkiaSharp and its stand-in both throw this where their native part is missing, the former inside a failed type initialiser.
    static DllNotFoundException? MissingBackend(Exception e) => e switch
    {
        DllNotFoundException missing => missing,
        AggregateException many => many.InnerExceptions.Select(MissingBackend).FirstOrDefault(m => m is not null),
        { InnerException: { } inner } => MissingBackend(inner),
        _ => null,
    };
}
