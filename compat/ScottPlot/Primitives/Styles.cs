namespace ScottPlot;

public readonly struct LinePattern(float[] intervals, float phase, string name)
{
    public static LinePattern Solid { get; } = new([], 0, "Solid");

    public static LinePattern Dashed { get; } = new([10, 10], 0, "Dashed");

    public static LinePattern DenselyDashed { get; } = new([6, 6], 0, "DenselyDashed");

    public static LinePattern Dotted { get; } = new([3, 5], 0, "Dotted");

    public float[] Intervals { get; } = intervals;

    public float Phase { get; } = phase;

    public string Name { get; } = name;
}

public class LineStyle
{
    public float Width { get; set; }

    public Color Color { get; set; } = Colors.Black;

    public LinePattern Pattern { get; set; } = LinePattern.Solid;

    public bool IsVisible { get; set; } = true;
}

public class MarkerStyle
{
    public MarkerShape Shape { get; set; }

    public float Size { get; set; }

    public Color FillColor { get; set; } = Colors.Gray;
}

public class TickMarkStyle
{
    public float Length;
    public float Width;
    public Color Color;
}

public class LabelStyle
{
    public bool IsVisible { get; set; } = true;

    public string Text { get; set; } = string.Empty;

    public Alignment Alignment { get; set; } = Alignment.UpperLeft;

    public Color ForeColor { get; set; } = Colors.Black;

    /// <summary>Pixels.</summary>
    public float FontSize { get; set; } = 12;

    public bool Bold { get; set; }
}

public class BackgroundStyle
{
    public Color Color { get; set; }
}

public class GridStyle
{
    public bool IsVisible { get; set; } = true;

    public LineStyle MajorLineStyle { get; set; } = new() { Width = 1, Color = Colors.Black.WithAlpha(.1) };
}

/// <summary>Space around the data area, pixels.</summary>
public struct PixelPadding(float left, float right, float bottom, float top)
{
    public float Left = left;
    public float Right = right;
    public float Bottom = bottom;
    public float Top = top;
}

public struct Coordinates(double x, double y)
{
    public double X { get; set; } = x;

    public double Y { get; set; } = y;
}

public class SavedImageInfo(string path, int fileSize)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public int FileSize { get; } = fileSize;
}
