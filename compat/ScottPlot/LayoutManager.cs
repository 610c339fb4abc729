namespace ScottPlot;

public class LayoutManager
{
    internal PixelPadding? Padding { get; private set; }

    /// <summary>Puts the data area at exactly this distance from the figure's edges.</summary>
    public void Fixed(PixelPadding padding) => Padding = padding;
}
