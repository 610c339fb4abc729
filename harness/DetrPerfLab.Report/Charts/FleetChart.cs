using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>A heat map: a row a variant, a column a machine, the faster the deeper.</summary>
static class FleetChart
{
    const int MostMachines = 8; // of a picture's width; the table tells the others
    const double Gap = 0.03;

    internal static Chart? Create(IReadOnlyList<FleetMachine> machines)
    {
        FleetMachine[] shown = [.. machines.Where(m => m.Model.Effects.Any(v => v.Summary is not null)).Take(MostMachines)];
        string[] variants = [.. shown.SelectMany(m => m.Model.Effects).Where(v => v.Summary is not null).Select(v => v.Run.Variant).Distinct().Order(VariantName.Order)];
        if (shown.Length < 2 || variants.Length == 0) { return null; }
        CaseView? At(FleetMachine machine, string variant) => machine.Model.Effects.FirstOrDefault(v => v.Run.Variant == variant && v.Summary is not null);
        var all = shown.SelectMany(m => m.Model.Effects).Where(v => v.Summary is not null).ToList();
        const string Title = "Milliseconds an image, by machine and variant";
        var alt = $"{Title}: " + string.Join("; ", shown.Select(m => $"{m.Name} {string.Join(", ", variants.Select(v => At(m, v)).OfType<CaseView>().Select(v => $"{v.Run.Variant} {Format.Significant(v.Summary!.Median)}"))}")) + "." + Disturbed.Sentence(all);
        return new("fleet", alt, 34 * variants.Length, canvas =>
        {
            canvas.Frame(Title, $"{string.Join(" · ", shown.Select(m => $"{m.Name}: {m.Model.Machine?.CpuModel ?? "unknown"}, {m.Model.Machine?.Cores} cores"))}", "machine", "", note: Disturbed.Note(all));
            canvas.XAxis(-0.5, shown.Length - 0.5, shown.Select((m, i) => ((double)i, ChartText.Shorten(m.Name, 420f / shown.Length))), grid: false);
            canvas.Categories(variants);
            var (fast, slow) = (Math.Log(all.Min(v => v.Summary!.Median)), Math.Log(all.Max(v => v.Summary!.Median)));
            foreach (var (row, variant) in variants.Index())
            {
                foreach (var (column, machine) in shown.Index())
                {
                    if (At(machine, variant) is not { } view) { continue; }
                    var depth = slow > fast ? (slow - Math.Log(view.Summary!.Median)) / (slow - fast) : 1;
                    canvas.Bar(-row, column - 0.5 + Gap, column + 0.5 - Gap, VariantStyle.Of(VariantName.OrtFp32).In(canvas.Theme).WithAlpha(0.12 + (0.6 * depth)), thickness: 0.92);
                    canvas.Text(Format.Significant(view.Summary!.Median) + Disturbed.Mark(view), column, -row, Alignment.MiddleCenter);
                    canvas.HoverRow(-row, column - 0.5, column + 0.5, $"{variant} on {machine.Name}: {Cells.Milliseconds(view.Median!.Value)} ms");
                }
            }
        });
    }
}
