namespace DetrPerfLab.Report;

/// <summary>A chart that is ready to be drawn, in any theme.</summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Alt">What it shows, in words, with its main figures: for those who do not see it.</param>
/// <param name="DataHeight">Pixels of the data's rectangle; words around it come on top.</param>
/// <param name="Draw">Draws it.</param>
sealed record Chart(string Name, string Alt, int DataHeight, Action<ChartCanvas> Draw)
{
    /// <summary>Pixels: the width of a README on GitHub.</summary>
    public int Width => 860;

    /// <summary>Draws the chart on a canvas of its own.</summary>
    internal ChartCanvas On(ChartTheme theme)
    {
        var canvas = new ChartCanvas(theme, Width, DataHeight);
        Draw(canvas);
        return canvas;
    }
}
