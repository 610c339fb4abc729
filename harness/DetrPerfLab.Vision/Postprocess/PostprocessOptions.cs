namespace DetrPerfLab.Vision;

/// <summary>Which detections are kept.</summary>
public sealed record PostprocessOptions
{
    /// <summary>Lowest score, in [0, 1]. Default 0.7, as in DETR's own demonstration; 0 keeps all for COCO AP.</summary>
    public float Threshold
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw LabError.OutOfRange(value, "0 to 1");
    } = 0.7f;

    /// <summary>Greatest IoU of two detections of one class, in [0, 1]; null leaves overlaps be: a DETR needs no suppression.</summary>
    public float? NmsIou
    {
        get;
        init => field = value is null or (>= 0 and <= 1) ? value : throw LabError.OutOfRange(value, "0 to 1");
    }
}
