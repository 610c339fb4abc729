using System.Text;
using ScottPlot.Grids;

namespace ScottPlot;

/// <summary>One figure. Everything is described first and drawn, by gnuplot, when it is saved.</summary>
public class Plot : IDisposable
{
    public Plot() => Add = new PlottableAdder(this);

    public List<IPlottable> PlottableList { get; } = [];

    public PlottableAdder Add { get; }

    public AxisManager Axes { get; } = new();

    public LayoutManager Layout { get; } = new();

    public Legend Legend { get; set; } = new();

    public DefaultGrid Grid => Axes.DefaultGrid;

    public BackgroundStyle FigureBackground = new() { Color = Colors.White };

    /// <summary>Enlarges text, lines, markers and padding; the saved size is given in enlarged pixels.</summary>
    public double ScaleFactor { get; set; } = 1;

    public void Title(string? text = null, float? size = null)
    {
        Axes.Title.Label.Text = text ?? Axes.Title.Label.Text;
        Axes.Title.IsVisible = true;
        if (size is { } pixels) { Axes.Title.Label.FontSize = pixels; }
    }

    public void XLabel(string label, float? size = null) => SetLabel(Axes.Bottom.Label, label, size);

    public void YLabel(string label, float? size = null) => SetLabel(Axes.Left.Label, label, size);

    public Legend ShowLegend(Alignment alignment)
    {
        Legend.IsVisible = true;
        Legend.Alignment = alignment;
        return Legend;
    }

    public SavedImageInfo SavePng(string filePath, int width, int height)
    {
        var bytes = Gnuplot.GnuplotProcess.Run(Gnuplot.GnuplotScript.Write(this, "pngcairo", width, height));
        File.WriteAllBytes(filePath, bytes);
        return new SavedImageInfo(filePath, bytes.Length);
    }

    public SavedImageInfo SaveSvg(string filePath, int width, int height)
    {
        var xml = GetSvgXml(width, height);
        File.WriteAllText(filePath, xml);
        return new SavedImageInfo(filePath, xml.Length);
    }

    public string GetSvgXml(int width, int height) =>
        Gnuplot.SvgCleaner.Clean(Encoding.UTF8.GetString(
            Gnuplot.GnuplotProcess.Run(Gnuplot.GnuplotScript.Write(this, "svg", width, height))));

    public void Dispose() => GC.SuppressFinalize(this);

    static void SetLabel(LabelStyle label, string text, float? size)
    {
        label.Text = text;
        if (size is { } pixels) { label.FontSize = pixels; }
    }
}
