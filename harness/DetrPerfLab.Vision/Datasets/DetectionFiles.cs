using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>The text file of one image: <c># Inference time: S.SSs</c>, then a line <c>class x1 y1 x2 y2 score</c> for each detection, best first.</summary>
/// <remarks>Blanks in a class name become underscores (<c>dining_table</c>), so that every line has six fields. Corners in pixels of the original, one decimal; score with four.</remarks>
static class DetectionText
{
    internal static string Format(double inferenceMs, IEnumerable<Detection> detections, LabelMap labels)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Inference time: {inferenceMs / 1000:F2}s\n");
        foreach (var d in detections)
        {
            var name = string.Join('_', labels.Name(d.Label).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            text.Append(CultureInfo.InvariantCulture, $"{name} {Tenths(d.X1):F1} {Tenths(d.Y1):F1} {Tenths(d.X2):F1} {Tenths(d.Y2):F1} {d.Score:F4}\n");
        }

        return text.ToString();
    }

    // -0.04 would print as -0.0; adding zero makes it 0.0.
    static double Tenths(float pixels) => Math.Round(pixels, 1) + 0.0;
}

/// <summary>Detections of many images in COCO's results format, with the file's and the category's name beside the ids.</summary>
static class DetectionJson
{
    /// <summary>A line for each object that was found on one image, a file name without its folder; a label without a category keeps its number.</summary>
    internal static IEnumerable<string> Lines(long imageId, string fileName, IEnumerable<Detection> detections, LabelMap labels) => detections.Select(d =>
    {
        var categoryId = labels.Find(d.Label)?.CategoryId ?? d.Label;
        var (width, height) = (Math.Max(0, d.X2 - (double)d.X1), Math.Max(0, d.Y2 - (double)d.Y1));
        return FormattableString.Invariant(
            $$"""{"image_id":{{imageId}},"file_name":{{Quote(fileName)}},"category_id":{{categoryId}},"category":{{Quote(labels.Name(d.Label))}},"bbox":[{{d.X1}},{{d.Y1}},{{width}},{{height}}],"score":{{d.Score}}}""");
    });

    internal static void Save(string path, IEnumerable<string> lines)
    {
        var all = string.Join(",\n", lines);
        AtomicFile.WriteText(path, all.Length == 0 ? "[]\n" : $"[\n{all}\n]\n");
    }

    static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
