using ScottPlot.AxisPanels;
using ScottPlot.Grids;
using ScottPlot.Panels;

namespace ScottPlot;

/// <summary>The four edges of the data area, its limits and its title.</summary>
public class AxisManager
{
    readonly EdgeAxis _bottom = new();
    readonly EdgeAxis _left = new();
    readonly EdgeAxis _top = new();
    readonly EdgeAxis _right = new();

    public TitlePanel Title { get; } = new();

    public IXAxis Bottom => _bottom;

    public IXAxis Top => _top;

    public IYAxis Left => _left;

    public IYAxis Right => _right;

    public DefaultGrid DefaultGrid { get; set; } = new();

    internal AxisBase BottomAxis => _bottom;

    internal AxisBase LeftAxis => _left;

    /// <summary>One colour for labels, ticks and frames of all axes, and for the title.</summary>
    public void Color(Color color)
    {
        foreach (var axis in (EdgeAxis[])[_bottom, _left, _top, _right]) { axis.Color(color); }
        Title.Label.ForeColor = color;
    }

    public void SetLimits(double left, double right, double bottom, double top)
    {
        SetLimitsX(left, right);
        SetLimitsY(bottom, top);
    }

    public void SetLimitsX(double left, double right)
    {
        _bottom.Min = left;
        _bottom.Max = right;
    }

    public void SetLimitsY(double bottom, double top)
    {
        _left.Min = bottom;
        _left.Max = top;
    }
}
