using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>A strip beside the data, as wide or as high as it measures, in pixels; above and below the data it is as wide as the picture. Unlike what is plotted, what a panel draws is not clipped to the data.</summary>
sealed class ChartPanel(Edge edge, Func<Paint, float> measure, Action<RenderPack, PixelRect> draw) : IPanel
{
    public Edge Edge => edge;
    public bool IsVisible { get; set; } = true;
    public float MinimumSize { get; set; }
    public float MaximumSize { get; set; } = float.MaxValue;
    public bool ShowDebugInformation { get; set; }

    public float Measure(Paint paint) => measure(paint);

    public void Render(RenderPack rp, float size, float offset)
    {
        var rect = GetPanelRect(rp.DataRect, size, offset, rp.Paint);
        draw(rp, edge is Edge.Left or Edge.Right ? rect : new PixelRect(rp.ScaledFigureRect.Left, rp.ScaledFigureRect.Right, rect.Bottom, rect.Top));
    }

    public PixelRect GetPanelRect(PixelRect data, float size, float offset, Paint paint) => edge switch
    {
        Edge.Left => new(data.Left - offset - size, data.Left - offset, data.Bottom, data.Top),
        Edge.Right => new(data.Right + offset, data.Right + offset + size, data.Bottom, data.Top),
        Edge.Top => new(data.Left, data.Right, data.Top - offset, data.Top - offset - size),
        _ => new(data.Left, data.Right, data.Bottom + offset + size, data.Bottom + offset),
    };
}
