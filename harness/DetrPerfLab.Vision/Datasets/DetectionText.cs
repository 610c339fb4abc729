using System.Text;

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
