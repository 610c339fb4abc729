using System.Text.Encodings.Web;
using System.Text.Json;

namespace DetrPerfLab.Vision;

/// <summary>Detections of many images in COCO's results format, with the file's and the category's name beside the ids.</summary>
sealed class DetectionJson
{
    readonly List<string> _lines = [];

    /// <summary>Adds what was found on one image.</summary>
    /// <param name="imageId">COCO image id; see <see cref="ImageFiles.Numbers"/>.</param>
    /// <param name="fileName">Without its folder.</param>
    /// <param name="detections">In the order to be written.</param>
    /// <param name="labels">Categories of their labels; a label without one keeps its number.</param>
    public void Add(long imageId, string fileName, IEnumerable<Detection> detections, LabelMap labels)
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
    public void Save(string path) =>
        AtomicFile.WriteText(path, _lines.Count == 0 ? "[]\n" : $"[\n{string.Join(",\n", _lines)}\n]\n");

    static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
