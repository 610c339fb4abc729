namespace DetrPerfLab.Vision;

/// <summary>What is wrong with a value of a COCO file, in words; null when nothing is.</summary>
static class CocoProblem
{
    internal static string? OfBox(in CocoBox box)
    {
        if (!double.IsFinite(box.X) || !double.IsFinite(box.Y) || !double.IsFinite(box.Width) || !double.IsFinite(box.Height))
        {
            return $"bbox is [{box.X}, {box.Y}, {box.Width}, {box.Height}], needed four finite numbers";
        }

        return box.Width < 0 || box.Height < 0 ? $"bbox has width {box.Width} and height {box.Height}, needed 0 or more" : null;
    }

    internal static string? OfFileName(string name) =>
        Path.IsPathRooted(name) || name.Contains(':') || name.Split('/', '\\').Contains("..")
            ? $"file_name '{name}' leads out of the image folder" : null;
}
