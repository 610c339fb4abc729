using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>What a training run told at a step: the last layer's losses as the total weighs them, means since the point before; AP and AP50 in [0, 1], null between two judgements.</summary>
public sealed record TrainingPoint(long Step, double Class, double Box, double Giou, double? Ap, double? Ap50);

/// <summary>How a training run went: its losses, and its accuracy on pictures that it never learns from.</summary>
public static class TrainingCurves
{
    const string Loss = "training-loss", Judged = "training-accuracy";

    /// <summary>What may be written.</summary>
    public static IEnumerable<string> FilesIn(string folder) => new[] { Loss, Judged }.SelectMany(name => new[] { ".svg", "-dark.svg", ".png" }.Select(ending => Path.Combine(folder, name + ending)));

    /// <summary>Writes the charts; none of fewer than two points.</summary>
    /// <returns>Their files.</returns>
    /// <exception cref="LabException">None can be drawn here; nothing was written.</exception>
    public static IReadOnlyList<string> Write(IReadOnlyList<TrainingPoint> points, string folder)
    {
        TrainingPoint[] judged = [.. points.Where(p => p.Ap is not null)];
        List<Chart> charts = [];
        if (points.Count >= 2) { charts.Add(Losses(points)); }
        if (judged.Length >= 2) { charts.Add(Accuracy(judged)); }
        return charts.Count == 0 ? [] : ChartWriter.Write(charts, folder).Paths;
    }

    static Chart Losses(IReadOnlyList<TrainingPoint> points) => Of(
        Loss, $"Losses over {points[^1].Step} steps", "loss (logarithmic)", "of the last decoder layer, as the total weighs it; a point is the mean since the point before", points, logarithmic: true,
        ("boxes, L1 distance", p => p.Box), ("boxes, generalised IoU", p => p.Giou), ("classes", p => p.Class));

    static Chart Accuracy(IReadOnlyList<TrainingPoint> points) => Of(
        Judged, $"AP {Format.Number(100 * points[^1].Ap!.Value, 1)} after {points[^1].Step} steps", "points", "of the running mean of the weights, on scenes that it never learns from", points, logarithmic: false,
        ("AP50", p => 100 * p.Ap50!.Value), ("AP@[.50:.95]", p => 100 * p.Ap!.Value));

    static Chart Of(string name, string title, string unit, string caption, IReadOnlyList<TrainingPoint> points, bool logarithmic, params (string Name, Func<TrainingPoint, double> Value)[] lines)
    {
        var alt = $"{title}. " + string.Join("; ", lines.Select(l => $"{l.Name} from {Format.Significant(l.Value(points[0]))} at step {points[0].Step} to {Format.Significant(l.Value(points[^1]))}")) + ".";
        return new(name, alt, 360, canvas =>
        {
            double Place(double value) => logarithmic ? Math.Log10(Math.Max(value, 1e-4)) : value;
            var all = lines.SelectMany(l => points.Select(l.Value)).ToList();
            canvas.Frame(title, caption, "step", unit);
            canvas.XAxis(0, points[^1].Step * 1.02);
            if (logarithmic)
            {
                var ticks = Ticks.Logarithmic(Math.Max(all.Min(), 1e-4), all.Max());
                canvas.YAxis(ticks[0].Position, ticks[^1].Position, ticks);
            }
            else { canvas.YAxis(0, Math.Min(100, (Math.Floor(all.Max() / 10) + 1) * 10)); }

            foreach (var (index, line) in lines.Index())
            {
                canvas.Curve([.. points.Select(p => (double)p.Step)], [.. points.Select(p => Place(line.Value(p)))], VariantStyle.Hue(index, canvas.Theme), line.Name, points.Count <= 30 ? MarkerShape.FilledCircle : MarkerShape.None);
                canvas.Hover(points[^1].Step, Place(line.Value(points[^1])), $"{line.Name}: {Format.Significant(line.Value(points[^1]))} at step {points[^1].Step}");
            }

            canvas.Legend();
        });
    }
}
