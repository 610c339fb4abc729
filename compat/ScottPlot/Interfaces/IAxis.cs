namespace ScottPlot;

public interface IAxis
{
    bool IsVisible { get; set; }

    double Min { get; set; }

    double Max { get; set; }

    LabelStyle Label { get; }

    LabelStyle TickLabelStyle { get; set; }

    TickMarkStyle MajorTickStyle { get; set; }

    TickMarkStyle MinorTickStyle { get; set; }

    LineStyle FrameLineStyle { get; }

    /// <summary>Puts ticks exactly there.</summary>
    void SetTicks(double[] xs, string[] labels);
}

public interface IXAxis : IAxis;

public interface IYAxis : IAxis;
