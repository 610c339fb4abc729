namespace ScottPlot.Plottables;

/// <summary>Whiskers around points; the distances are counted from the point.</summary>
public class ErrorBar(
    IReadOnlyList<double> xs,
    IReadOnlyList<double> ys,
    IReadOnlyList<double>? xErrorsPositive,
    IReadOnlyList<double>? xErrorsNegative,
    IReadOnlyList<double>? yErrorsPositive,
    IReadOnlyList<double>? yErrorsNegative) : IPlottable
{
    public bool IsVisible { get; set; } = true;

    public IReadOnlyList<double> Xs { get; set; } = xs;

    public IReadOnlyList<double> Ys { get; set; } = ys;

    public IReadOnlyList<double>? XErrorPositive { get; set; } = xErrorsPositive;

    public IReadOnlyList<double>? XErrorNegative { get; set; } = xErrorsNegative;

    public IReadOnlyList<double>? YErrorPositive { get; set; } = yErrorsPositive;

    public IReadOnlyList<double>? YErrorNegative { get; set; } = yErrorsNegative;

    public LineStyle LineStyle { get; set; } = new() { Width = 1 };

    public float LineWidth { get => LineStyle.Width; set => LineStyle.Width = value; }

    /// <summary>Half the length of a whisker's cap, pixels.</summary>
    public float CapSize { get; set; } = 3;

    public Color Color { get => LineStyle.Color; set => LineStyle.Color = value; }
}
