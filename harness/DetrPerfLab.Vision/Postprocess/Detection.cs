namespace DetrPerfLab.Vision;

/// <summary>One detected object.</summary>
/// <param name="Label">Class index as the model gives it; a family's label map turns it into a COCO category.</param>
/// <param name="Score">Probability in [0, 1].</param>
/// <param name="X1">Left edge, pixels of the original image.</param>
/// <param name="Y1">Top edge, pixels of the original image.</param>
/// <param name="X2">Right edge, pixels of the original image.</param>
/// <param name="Y2">Bottom edge, pixels of the original image.</param>
public readonly record struct Detection(int Label, float Score, float X1, float Y1, float X2, float Y2)
{
    /// <summary>Where it is.</summary>
    public Box Box => new(X1, Y1, X2, Y2);

    /// <summary>The same object where a tile's origin lies at these pixels of the whole image.</summary>
    public Detection Shifted(float right, float down) => this with { X1 = X1 + right, X2 = X2 + right, Y1 = Y1 + down, Y2 = Y2 + down };
}
