namespace ScottPlot;

/// <summary>Where a point lies relative to a rectangle: UpperLeft puts the point at the rectangle's top left.</summary>
public enum Alignment
{
    UpperLeft,
    UpperCenter,
    UpperRight,
    MiddleLeft,
    MiddleCenter,
    MiddleRight,
    LowerLeft,
    LowerCenter,
    LowerRight,
}

public enum Orientation
{
    Horizontal,
    Vertical,
}

/// <summary>The first ten of the package's shapes, in its order.</summary>
public enum MarkerShape
{
    None,
    FilledCircle,
    OpenCircle,
    FilledSquare,
    OpenSquare,
    FilledTriangleUp,
    OpenTriangleUp,
    FilledTriangleDown,
    OpenTriangleDown,
    FilledDiamond,
    OpenDiamond,
}
