namespace ScottPlot.Plottables;

/// <summary>Text at a point; it may leave the data area.</summary>
public class Text : IPlottable
{
    public Coordinates Location { get; set; }

    /// <summary>Pixels to the right.</summary>
    public float OffsetX { get; set; }

    /// <summary>Pixels downwards.</summary>
    public float OffsetY { get; set; }

    public bool IsVisible { get; set; } = true;

    public LabelStyle LabelStyle { get; set; } = new() { FontSize = 14 };

    public string LabelText { get => LabelStyle.Text; set => LabelStyle.Text = value; }

    public Alignment LabelAlignment { get => LabelStyle.Alignment; set => LabelStyle.Alignment = value; }

    public float LabelFontSize { get => LabelStyle.FontSize; set => LabelStyle.FontSize = value; }

    public bool LabelBold { get => LabelStyle.Bold; set => LabelStyle.Bold = value; }

    public Color LabelFontColor { get => LabelStyle.ForeColor; set => LabelStyle.ForeColor = value; }
}
