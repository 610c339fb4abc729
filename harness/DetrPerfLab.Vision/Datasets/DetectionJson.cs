using System.Text.Encodings.Web;
using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>Detections of many images in COCO's results format, with the file's and the category's name beside the ids.</summary>
sealed class DetectionJson
{
    readonly List<string> _lines = [];

    /// <summary>Adds what was found on one image, a file name without its folder; a label without a category keeps its number.</summary>
    internal void Add(long imageId, string fileName, IEnumerable<Detection> detections, LabelMap labels)
    {
        foreach (var d in detections)
        {
            var categoryId = labels.Find(d.Label)?.CategoryId ?? d.Label;
            var (width, height) = (Math.Max(0, d.X2 - (double)d.X1), Math.Max(0, d.Y2 - (double)d.Y1));
            _lines.Add(FormattableString.Invariant(
                $$"""{"image_id":{{imageId}},"file_name":{{Quote(fileName)}},"category_id":{{categoryId}},"category":{{Quote(labels.Name(d.Label))}},"bbox":[{{d.X1}},{{d.Y1}},{{width}},{{height}}],"score":{{d.Score}}}"""));
        }
    }

    /// <summary>Writes them, one a line.</summary>
    internal void Save(string path) =>
        AtomicFile.WriteText(path, _lines.Count == 0 ? "[]\n" : $"[\n{string.Join(",\n", _lines)}\n]\n");

    static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
