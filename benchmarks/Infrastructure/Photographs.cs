namespace DetrPerfLab.Benchmarks;

/// <summary>JPEG files for suites that start from a photograph: made from a formula, so that no file is needed and every machine has the same.</summary>
static class Photographs
{
    /// <summary>What a camera's photograph is in COCO.</summary>
    internal static ImageSize CocoSize { get; } = new(480, 640);

    /// <param name="size">In pixels.</param>
    /// <param name="index">Each is another photograph.</param>
    internal static byte[] Jpeg(ImageSize size, int index = 0) => ImageWriter.Jpeg(SyntheticPhotographs.Create(index, size), quality: 90);
}
