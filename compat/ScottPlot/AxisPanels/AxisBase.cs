namespace ScottPlot.AxisPanels;

public abstract class AxisBase : IXAxis, IYAxis
{
    public bool IsVisible { get; set; } = true;

    public double Min { get; set; } = double.NaN;

    public double Max { get; set; } = double.NaN;

    public LabelStyle Label { get; } = new() { FontSize = 16, Bold = true };

    public LabelStyle TickLabelStyle { get; set; } = new() { Alignment = Alignment.MiddleCenter };

    public TickMarkStyle MajorTickStyle { get; set; } = new() { Length = 4, Width = 1, Color = Colors.Black };

    public TickMarkStyle MinorTickStyle { get; set; } = new() { Length = 2, Width = 1, Color = Colors.Black };

    public LineStyle FrameLineStyle { get; } = new() { Width = 1, Color = Colors.Black };

    internal (double Position, string Label)[]? Ticks { get; private set; }

    public void SetTicks(double[] xs, string[] labels)
    {
        if (xs.Length != labels.Length) { throw new ArgumentException($"{xs.Length} tick positions but {labels.Length} labels"); }
        Ticks = [.. xs.Zip(labels)];
    }

    public void Color(Color color)
    {
        Label.ForeColor = color;
        TickLabelStyle.ForeColor = color;
        MajorTickStyle.Color = color;
        MinorTickStyle.Color = color;
        FrameLineStyle.Color = color;
    }
}

sealed class EdgeAxis : AxisBase;
