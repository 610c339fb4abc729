using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Speed-up by threads, beside the ideal line, with the efficiency at each point; further settings, such as spinning, as points of their own.</summary>
static class ThreadChart
{
    const string Parameter = "threads";
    const int MostRows = 24;

    // One shape a setting, for any variant; the variant is told by colour and by the legend's words.
    static readonly MarkerShape[] s_settings = [MarkerShape.OpenSquare, MarkerShape.OpenTriangleUp, MarkerShape.OpenTriangleDown];

    internal static Drawing Create(ReportModel model)
    {
        // What is counted from a contaminated run decides nothing: such a line is left out.
        Threads[] all = [.. model.Suite("Thread").Where(c => c.Summary is not null && c.Number(Parameter) is > 0)
            .GroupBy(c => c.Run.Variant)
            .Where(g => g.Count(IsPlain) >= 2)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new Threads(g.Key, Ordered(g.Where(IsPlain)), Ordered(g.Where(c => !IsPlain(c)))))];
        Threads[] lines = [.. all.Where(l => !l.Base.IsContaminated)];
        var left = string.Join("; ", all.Except(lines).Select(l => $"{l.Variant}, threads {At(l.Base)}"));
        if (lines.Length == 0) { return Drawing.None(left.Length == 0 ? "thread scaling: no variant was measured with two thread counts" : $"thread scaling: what the speed-ups count from was contaminated ({left})"); }
        var title = Title(lines);
        var alt = $"{title}. Speed-up over the fewest threads, with efficiency: " + string.Join("; ", lines.Select(l =>
            $"{l.Variant} {string.Join(", ", l.All.Select(c => $"{Format.Times(SpeedUp(l, c).Value)} at {At(c)} ({Efficiency(l, c)})"))}")) + "." +
            Disturbed.Sentence(lines.SelectMany(l => l.All)) + (left.Length > 0 ? $" Left out, as what it counts from was contaminated: {left}." : "");
        return new Chart("threads", alt, 480, canvas => Draw(canvas, lines, title, model));
    }

    // The most that threads alone gain, where its interval says that they do.
    static string Title(Threads[] lines)
    {
        var best = lines.SelectMany(l => l.Cases.Where(c => !c.IsContaminated && c != l.Base).Select(c => (Line: l, Case: c, Gain: SpeedUp(l, c))))
            .Where(p => p.Gain.Verdict == Verdict.Faster).OrderByDescending(p => p.Gain.Value).FirstOrDefault();
        return best.Case is { } most
            ? $"{Format.Count((int)most.Number(Parameter)!.Value, "thread")} make {best.Line.Variant} {Format.Times(best.Gain.Value)} as fast as {Format.Shortest(best.Line.Base.Number(Parameter)!.Value)} ({Efficiency(best.Line, most)} of the ideal)"
            : "More threads gain nothing that can be told here";
    }

    static CaseView[] Ordered(IEnumerable<CaseView> cases) => [.. cases.OrderBy(c => c.Number(Parameter)).ThenBy(Setting, StringComparer.Ordinal)];

    static string Setting(CaseView view) => view.TextWithout(Parameter);

    static bool IsPlain(CaseView view) => Setting(view).Length == 0;

    static string At(CaseView view) => $"{view.Number(Parameter)}{(IsPlain(view) ? "" : $", {Setting(view)}")}";

    static Estimate SpeedUp(Threads line, CaseView view) => Estimate.Ratio(line.Base, view)!.Value;

    static string Efficiency(Threads line, CaseView view) =>
        Format.Percent(SpeedUp(line, view).Value * line.Base.Number(Parameter)!.Value / view.Number(Parameter)!.Value) + Disturbed.Mark(view);

    static void Draw(ChartCanvas canvas, Threads[] lines, string title, ReportModel model)
    {
        CaseView[] all = [.. lines.SelectMany(l => l.All)];
        double[] counts = [.. all.Select(c => c.Number(Parameter)!.Value).Distinct().Order()];
        var most = counts[^1];
        canvas.Frame(
            title, model.Caption, "intra-op threads", "speed-up over the fewest threads, times",
            note: Disturbed.Note(all));
        canvas.XAxis(0.7, most * 1.06, Ticks.Each(counts));
        var high = Math.Max(lines.Max(l => l.All.Max(c => SpeedUp(l, c).Upper)) * 1.25, 1.5);
        canvas.YAxis(0, high, "×");
        var ideal = Math.Min(most, high);
        canvas.Guide(1, 1, ideal, ideal);
        canvas.Text("ideal", ideal, ideal, Alignment.UpperRight, offsetX: -14, offsetY: 4, color: canvas.Theme.Faint);
        if (model.Machine is { } machine && machine.Cores < most)
        {
            canvas.Guide(machine.Cores, 0, machine.Cores, high);
            canvas.Text($"{machine.Cores} cores", machine.Cores, 0, Alignment.LowerLeft, offsetX: 6, offsetY: -4, color: canvas.Theme.Faint);
        }

        foreach (var line in lines) { DrawLine(canvas, line, Settings(lines), most); }
        Table(canvas, lines, Settings(lines));
    }

    static string[] Settings(Threads[] lines) => [.. lines.SelectMany(l => l.Others).Select(Setting).Distinct().Order(StringComparer.Ordinal)];

    static MarkerShape ShapeOf(string setting, string[] settings) => s_settings[Array.IndexOf(settings, setting) % s_settings.Length];

    static void DrawLine(ChartCanvas canvas, Threads line, string[] settings, double most)
    {
        var style = VariantStyle.Of(line.Base.Run.Variant);
        canvas.Curve(
            [.. line.Cases.Select(c => c.Number(Parameter)!.Value)], [.. line.Cases.Select(c => SpeedUp(line, c).Value)], style.In(canvas.Theme), marker: style.Marker);
        foreach (var view in line.All)
        {
            var (x, ratio) = (view.Number(Parameter)!.Value, SpeedUp(line, view));
            if (!IsPlain(view)) { x += 0.03 * most; } // beside the plain point, which it would cover
            if (ratio.HasWidth && view != line.Base) { canvas.WhiskerY(x, ratio.Lower, ratio.Upper); }
            if (!IsPlain(view)) { canvas.Point(x, ratio.Value, style.In(canvas.Theme), ShapeOf(Setting(view), settings), size: 13); }
            canvas.Hover(x, ratio.Value, $"{line.Variant}, threads {At(view)}: {Cells.Times(ratio)}, efficiency {Efficiency(line, view)}, {Cells.Milliseconds(view.Median!.Value)} ms");
        }
    }

    // The efficiencies stand beside the data: at the points they cover each other wherever lines meet. Of many lines, each tells its highest.
    static void Table(ChartCanvas canvas, Threads[] lines, string[] settings)
    {
        var whole = lines.Sum(l => l.All.Length) <= MostRows;
        foreach (var line in lines)
        {
            var style = VariantStyle.Of(line.Base.Run.Variant);
            var most = line.All.MaxBy(c => SpeedUp(line, c).Value)!;
            canvas.LegendEntry(whole ? line.Variant : $"{line.Variant}, {Row(line, most)}", style.In(canvas.Theme), style.Marker, lineWidth: 2);
            foreach (var view in line.All.Where(c => whole && c != line.Base))
            {
                canvas.LegendEntry(Row(line, view), style.In(canvas.Theme), IsPlain(view) ? MarkerShape.None : ShapeOf(Setting(view), settings));
            }
        }

        foreach (var setting in whole ? [] : settings) { canvas.LegendEntry(setting, canvas.Theme.Ink, ShapeOf(setting, settings)); }
        canvas.Legend(beside: true);
    }

    static string Row(Threads line, CaseView view) => $"{At(view)}: {Format.Times(SpeedUp(line, view).Value)}, {Efficiency(line, view)}";

    // A variant's cases that vary nothing but threads, fewest first, and those with a further setting.
    sealed record Threads(string Variant, CaseView[] Cases, CaseView[] Others)
    {
        internal CaseView Base => Cases[0];

        internal CaseView[] All => [.. Cases, .. Others];
    }
}
