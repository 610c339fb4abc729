namespace ScottPlot.Plottables;

/// <summary>A straight line between two points.</summary>
public class LinePlot : IPlottable
{
    public Coordinates Start { get; set; }

    public Coordinates End { get; set; }

    public string LegendText { get; set; } = string.Empty;

    public bool IsVisible { get; set; } = true;

    public LineStyle LineStyle { get; set; } = new() { Width = 1 };

    public float LineWidth { get => LineStyle.Width; set => LineStyle.Width = value; }

    public LinePattern LinePattern { get => LineStyle.Pattern; set => LineStyle.Pattern = value; }

    public Color LineColor { get => LineStyle.Color; set => LineStyle.Color = value; }
}
