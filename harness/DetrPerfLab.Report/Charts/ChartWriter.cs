namespace DetrPerfLab.Report;

/// <summary>Charts as files and as elements for a page.</summary>
sealed record DrawnCharts(IReadOnlyList<string> Paths, IReadOnlyDictionary<string, string> Svgs, ChartPalette Palette)
{
    internal static DrawnCharts None { get; } = new([], new Dictionary<string, string>(), new());
}

/// <summary>Writes charts: SVG for light and dark pages, PNG for everything else.</summary>
static class ChartWriter
{
    internal static DrawnCharts Write(IReadOnlyList<Chart> charts, string folder, IReadOnlyList<string>? fontFolders = null)
    {
        if (Guard(() => ChartText.Find(fontFolders)) is null) { throw LabError.NoFont(fontFolders ?? SansFont.Folders); }
        WrittenFiles.RequireOwn(charts.SelectMany(c => (string[])[Svg(c, ChartTheme.Light), Svg(c, ChartTheme.Dark), Png(c)]).Select(name => Path.Combine(folder, name)));
        // Each picture has a canvas of its own; as many at a time as there are cores.
        var jobs = charts.SelectMany(chart => (Func<Picture>[])
        [
            () => Svg(chart, ChartTheme.Light, folder),
            () => Svg(chart, ChartTheme.Dark, folder),
            () => Png(chart, folder),
        ]);
        var pictures = Guard(() => (Picture[])[.. jobs.AsParallel().AsOrdered().Select(job => job())]);
        var palette = new ChartPalette();
        return new DrawnCharts(
            [.. pictures.Select(p => p.Path)],
            charts.Zip(pictures.Chunk(3)).ToDictionary(p => p.First.Name, p => palette.Join(Element(p.Second[0]), Element(p.Second[1]))),
            palette);
    }

    /// <summary>Runs drawing code; what it throws where the machine lacks the renderer becomes a message.</summary>
    internal static T Guard<T>(Func<T> draw)
    {
        try { return draw(); }
        catch (Exception e) when (MissingBackend(e) is { } missing)
        {
            throw LabError.Missing($"No charts: libSkiaSharp, which draws them, does not load here ({missing.Message.TrimEnd('.')}). "
                + "The numbers are written without them; to leave charts out: --no-charts.", missing);
        }
    }

    static string Svg(Chart chart, ChartTheme theme) => $"{chart.Name}{theme.Suffix}.svg";

    static string Png(Chart chart) => $"{chart.Name}.png";

    static Picture Svg(Chart chart, ChartTheme theme, string folder)
    {
        var svg = ChartSvg.Draw(chart, theme);
        var path = Path.Combine(folder, Svg(chart, theme));
        AtomicFile.WriteText(path, svg);
        return new(path, svg);
    }

    static Picture Png(Chart chart, string folder)
    {
        var path = Path.Combine(folder, Png(chart));
        using var canvas = chart.On(ChartTheme.Light);
        // Twice as fine, for displays that have the pixels.
        AtomicFile.Write(path, stream => stream.Write(canvas.ToPng(scale: 2)));
        return new(path, "");
    }

    // A page takes the element without the declaration of a file.
    static string Element(Picture picture) => picture.Svg[Math.Max(0, picture.Svg.IndexOf("<svg", StringComparison.Ordinal))..].TrimEnd();

    // SkiaSharp throws this where its native part is missing, inside a failed type initialiser.
    static DllNotFoundException? MissingBackend(Exception e) => e switch
    {
        DllNotFoundException missing => missing,
        AggregateException many => many.InnerExceptions.Select(MissingBackend).FirstOrDefault(m => m is not null),
        { InnerException: { } inner } => MissingBackend(inner),
        _ => null,
    };

    readonly record struct Picture(string Path, string Svg);
}
