namespace ScottPlot;

/// <summary>Something drawn in the data area, in the order in which it was added.</summary>
public interface IPlottable
{
    bool IsVisible { get; set; }
}
