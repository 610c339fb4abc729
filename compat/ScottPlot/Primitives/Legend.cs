namespace ScottPlot;

public class Legend
{
    public bool IsVisible { get; set; }

    public Alignment Alignment { get; set; } = Alignment.LowerRight;

    public float? FontSize { get; set; }

    public Color? FontColor { get; set; }

    public Color BackgroundColor { get; set; } = Colors.White;

    public Color OutlineColor { get; set; } = Colors.Black;

    public float OutlineWidth { get; set; } = 1;

    /// <summary>Kept for the package's sake: gnuplot draws no shadow.</summary>
    public Color ShadowColor { get; set; } = Colors.Transparent;
}
