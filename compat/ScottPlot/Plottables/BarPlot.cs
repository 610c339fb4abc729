namespace ScottPlot.Plottables;

public class BarPlot(List<Bar> bars) : IPlottable
{
    public string LegendText { get; set; } = string.Empty;

    public bool IsVisible { get; set; } = true;

    public List<Bar> Bars { get; } = bars;
}
