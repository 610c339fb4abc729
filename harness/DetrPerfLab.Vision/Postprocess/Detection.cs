namespace DetrPerfLab.Vision;

/// <summary>
/// One detected object: the class index as the model gives it (a family's label map turns it into a COCO category), its probability in [0, 1], and the
/// left, top, right and bottom edge in pixels of the original image.
/// </summary>
public readonly record struct Detection(int Label, float Score, float X1, float Y1, float X2, float Y2)
{
    internal Box Box => new(X1, Y1, X2, Y2);

    /// <summary>The same object where a tile's origin lies at these pixels of the whole image.</summary>
    public Detection Shifted(float right, float down) => this with { X1 = X1 + right, X2 = X2 + right, Y1 = Y1 + down, Y2 = Y2 + down };
}
