namespace DetrPerfLab.Vision;

/// <summary>A box by its corners, in pixels or in fractions of an image; with right below left, or bottom below top, it is empty.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, util/box_ops.py.</remarks>
readonly record struct Box(float X1, float Y1, float X2, float Y2)
{
    internal float Area => Math.Max(X2 - X1, 0) * Math.Max(Y2 - Y1, 0);

    /// <summary>From DETR's form: (cx, cy, width, height).</summary>
    internal static Box FromCenter(ReadOnlySpan<float> box) =>
        new(box[0] - (0.5f * box[2]), box[1] - (0.5f * box[3]), box[0] + (0.5f * box[2]), box[1] + (0.5f * box[3]));

    /// <summary>Intersection over union in [0, 1]; 0 where neither box has an area.</summary>
    internal static float Iou(in Box a, in Box b)
    {
        var both = Intersection(a, b);
        var either = a.Area + b.Area - both;
        return either > 0 ? both / either : 0;
    }

    /// <summary>Generalised IoU in [-1, 1]: less than IoU by the share of the hull that neither box covers.</summary>
    /// <remarks>Source: Rezatofighi et al., CVPR 2019. Boxes of no area in one place give 0.</remarks>
    internal static float GeneralizedIou(in Box a, in Box b)
    {
        var both = Intersection(a, b);
        var either = a.Area + b.Area - both;
        var hull = new Box(Math.Min(a.X1, b.X1), Math.Min(a.Y1, b.Y1), Math.Max(a.X2, b.X2), Math.Max(a.Y2, b.Y2)).Area;
        return (either > 0 ? both / either : 0) - (hull > 0 ? (hull - either) / hull : 0);
    }

    static float Intersection(in Box a, in Box b) =>
        new Box(Math.Max(a.X1, b.X1), Math.Max(a.Y1, b.Y1), Math.Min(a.X2, b.X2), Math.Min(a.Y2, b.Y2)).Area;
}

/// <summary>
/// One detected object: the class index as the model gives it (a family's label map turns it into a COCO category), its probability in [0, 1], and the
/// left, top, right and bottom edge in pixels of the original image.
/// </summary>
public readonly record struct Detection(int Label, float Score, float X1, float Y1, float X2, float Y2)
{
    internal Box Box => new(X1, Y1, X2, Y2);

    /// <summary>What of it lies in the image: networks place edges a fraction of a pixel beyond.</summary>
    internal Detection Inside(ImageSize image) => this with { X1 = Math.Clamp(X1, 0, image.Width), Y1 = Math.Clamp(Y1, 0, image.Height), X2 = Math.Clamp(X2, 0, image.Width), Y2 = Math.Clamp(Y2, 0, image.Height) };

    /// <summary>The same object where a tile's origin lies at these pixels of the whole image.</summary>
    public Detection Shifted(float right, float down) => this with { X1 = X1 + right, X2 = X2 + right, Y1 = Y1 + down, Y2 = Y2 + down };
}
