namespace DetrPerfLab.Training;

/// <summary>One thing on a scene, as far as it can be seen: its edges in pixels, exact to half of one, and the pixels that show it.</summary>
public sealed record SceneObject(SceneShape Shape, float X1, float Y1, float X2, float Y2, float Area);

/// <summary>A picture and what is on it.</summary>
public sealed record Scene(RgbImage Picture, IReadOnlyList<SceneObject> Objects)
{
    /// <summary>Pixels on a side.</summary>
    public const int Side = 256;

    /// <summary>Quality of its JPEG file: a scene is seen as it comes from a file.</summary>
    internal int JpegQuality { get; init; } = 90;

    /// <summary>The classes, in the order of their labels.</summary>
    public static IReadOnlyList<string> Classes { get; } = [.. Enum.GetValues<SceneShape>().Select(s => s.Name())];

    public byte[] ToJpeg() => ImageWriter.Jpeg(Picture, JpegQuality);
}
