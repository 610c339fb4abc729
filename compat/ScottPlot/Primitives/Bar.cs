namespace ScottPlot;

/// <summary>One bar of a bar chart.</summary>
public class Bar
{
    /// <summary>Where it stands on the category axis.</summary>
    public double Position { get; set; }

    /// <summary>Where it ends on the value axis.</summary>
    public double Value { get; set; }

    /// <summary>Where it begins on the value axis.</summary>
    public double ValueBase { get; set; }

    /// <summary>Thickness, in units of the category axis.</summary>
    public double Size { get; set; } = 0.8;

    public Color FillColor { get; set; } = Colors.Gray;

    public float LineWidth { get; set; } = 1;

    public Color LineColor { get; set; } = Colors.Black;

    public Orientation Orientation { get; set; } = Orientation.Vertical;
}
