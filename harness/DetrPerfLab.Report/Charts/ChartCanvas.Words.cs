using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Words among the data, and the legend.</summary>
sealed partial class ChartCanvas
{
    const float Anywhere = 10_000;

    readonly List<(LabelStyle Style, double X, double Y, float OffsetX, float OffsetY)> _texts = [];
    bool _legendBeside;

    // Room right of the data for what is written there.
    float TextOverhang { get; set; }

    public void Text(
        string text, double x, double y, Alignment alignment, float offsetX = 0, float offsetY = 0, Color? color = null, bool bold = false, bool halo = false)
    {
        var style = Colored(ChartText.Style(text, bold: bold), color ?? Theme.Ink);
        style.Alignment = alignment;
        if (alignment is Alignment.MiddleLeft or Alignment.MiddleCenter or Alignment.MiddleRight) { style.OffsetY = ChartText.Rise; }
        if (halo) { style.BackgroundColor = Theme.Background.WithAlpha(0.75); }
        _words.Add(text);
        _texts.Add((style, x, y, offsetX, offsetY));
    }

    /// <summary>Text right of a mark, wherever that ends: the picture keeps room for it right of the data.</summary>
    public void TextAfter(string text, double x, double y, float offset = 8, Color? color = null, bool bold = false)
    {
        Text(text, x, y, Alignment.MiddleLeft, offset, color: color, bold: bold);
        TextOverhang = Math.Max(TextOverhang, offset + ChartText.Width(text, bold: bold) + Margin - Spare);
    }

    public void LegendEntry(string text, Color color, MarkerShape marker = MarkerShape.None, float lineWidth = 0, LinePattern? pattern = null)
    {
        if (text.Length == 0) { return; }
        var item = new LegendItem { LabelText = text, LineColor = color, LineWidth = lineWidth, LinePattern = pattern ?? LinePattern.Solid };
        item.LabelStyle.OffsetY = ChartText.Rise;
        if (marker != MarkerShape.None)
        {
            (item.MarkerShape, item.MarkerSize, item.MarkerColor, item.MarkerLineWidth) = (marker, 10, color, 1.5f);
            item.MarkerStyle.OutlineWidth = 0;
        }

        _words.Add(text);
        _plot.Legend.ManualItems.Add(item);
    }

    /// <summary>Shows the legend's lines: side by side above the data, or one below the other right of it.</summary>
    public void Legend(bool beside = false)
    {
        var legend = _plot.Legend;
        _legendBeside = beside;
        legend.Orientation = beside ? Orientation.Vertical : Orientation.Horizontal;
        legend.TightHorizontalWrapping = true;
        (legend.FontSize, legend.FontName, legend.FontColor) = (ChartText.Size, ChartText.Family, Theme.Ink);
        (legend.BackgroundColor, legend.ShadowColor, legend.OutlineWidth) = (Colors.Transparent, Colors.Transparent, 0);
        (legend.Padding, legend.InterItemPadding) = (new PixelPadding(2, beside ? Margin : 2, 4, 4), new PixelPadding(0, 18, 4, 4));
        foreach (var item in legend.ManualItems) { item.LabelText = ChartText.Shorten(item.LabelText, width * (beside ? 0.34f : 0.8f)); }
    }

    PixelSize LegendAbove(Paint paint) => _legendBeside ? PixelSize.Zero : LegendSize(paint, width - (2 * Margin));

    PixelSize LegendBeside(Paint paint) => _legendBeside ? LegendSize(paint, Anywhere) : PixelSize.Zero;

    PixelSize LegendSize(Paint paint, float width) =>
        _plot.Legend.ManualItems.Count == 0 ? PixelSize.Zero : _plot.Legend.GetLayout(new PixelSize(width, Anywhere), paint).LegendRect.Size;

    void DrawLegend(RenderPack rp, float left, float top, PixelSize size)
    {
        if (size.Area <= 0) { return; }
        // A pixel more than it needs: equal to its width, rounding would break its last line.
        _plot.Legend.Render(rp.Canvas, rp.Paint, new PixelRect(left, left + size.Width + 1, top + size.Height + 1, top), Alignment.UpperLeft);
    }

    void DrawTexts(RenderPack rp)
    {
        foreach (var (style, x, y, offsetX, offsetY) in _texts)
        {
            var at = new Pixel(rp.Plot.Axes.Bottom.GetPixel(x, rp.DataRect) + offsetX, rp.Plot.Axes.Left.GetPixel(y, rp.DataRect) + offsetY);
            style.Render(rp.Canvas, at, rp.Paint);
        }
    }
}
