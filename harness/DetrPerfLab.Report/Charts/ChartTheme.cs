using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>The colours of one appearance.</summary>
sealed record ChartTheme(string Suffix, Color Background, Color Ink, Color Faint, Color Grid, bool IsDark)
{
    public static ChartTheme Light { get; } = new("", new("#FFFFFF"), new("#1F2328"), new("#59636E"), new("#E4E8EC"), IsDark: false);

    /// <summary>Light on near black; the background is GitHub's.</summary>
    public static ChartTheme Dark { get; } = new("-dark", new("#0D1117"), new("#E6EDF3"), new("#9198A1"), new("#262C36"), IsDark: true);
}
