namespace ScottPlot.Grids;

public class DefaultGrid
{
    public bool IsVisible { get; set; } = true;

    public GridStyle XAxisStyle { get; set; } = new();

    public GridStyle YAxisStyle { get; set; } = new();

    public Color MajorLineColor
    {
        get => XAxisStyle.MajorLineStyle.Color;
        set
        {
            XAxisStyle.MajorLineStyle.Color = value;
            YAxisStyle.MajorLineStyle.Color = value;
        }
    }
}
