using ScottPlot.Plottables;

namespace ScottPlot;

/// <summary>Adds plottables to a plot. Colours are always given by the caller; the package would take the next of its palette.</summary>
public class PlottableAdder
{
    readonly Plot _plot;

    internal PlottableAdder(Plot plot) => _plot = plot;

    public BarPlot Bars(List<Bar> bars) => Added(new BarPlot(bars));

    public BarPlot Bar(Bar bar) => Bars([bar]);

    public Scatter Scatter(double[] xs, double[] ys, Color? color = null) => Added(new Scatter(xs, ys) { Color = color ?? Colors.Black });

    public Scatter ScatterLine(double[] xs, double[] ys, Color? color = null)
    {
        var scatter = Scatter(xs, ys, color);
        scatter.MarkerSize = 0;
        return scatter;
    }

    public Scatter ScatterPoints(double[] xs, double[] ys, Color? color = null)
    {
        var scatter = Scatter(xs, ys, color);
        scatter.LineWidth = 0;
        return scatter;
    }

    public LinePlot Line(double x1, double y1, double x2, double y2) => Added(new LinePlot { Start = new(x1, y1), End = new(x2, y2) });

    public Text Text(string text, double x, double y) => Added(new Text { LabelText = text ?? string.Empty, Location = new(x, y) });

    T Added<T>(T plottable) where T : IPlottable
    {
        _plot.PlottableList.Add(plottable);
        return plottable;
    }
}
