namespace DetrPerfLab.Report;

/// <summary>Bars of the speed-up per image of each classifier over its plain eager run: by engine and precision, image size, batch and threads.</summary>
static class ClassifierChart
{
    static readonly string[] s_settings = ["size", "batch", "threads"];

    internal static Drawing Create(ReportModel model)
    {
        CaseView[] cases = [.. model.Suite("Classifier").Where(c => c.SpeedUp is not null)];
        if (cases.Length < 2) { return Drawing.None($"classifiers: no row was measured beside {VariantName.Baseline}"); }
        var title = Title(cases);
        var alt = (title is null ? "" : $"{title}. ") + "Speed-up of classifiers per image over eager FP32: " +
            string.Join(", ", cases.Select(c => $"{Name(c)} {Format.Times(c.SpeedUp!.Value.Value)}{Disturbed.Mark(c)}")) + "." + Disturbed.Sentence(cases);
        return new Chart("classifiers", alt, 30 * cases.Length, canvas => Draw(canvas, cases, title, model.Caption));
    }

    // Of each model the variant that gains most and is decided, on the baseline's pictures, batch and threads: the others are other questions.
    static string? Title(CaseView[] cases)
    {
        CaseView[] best = [.. cases.Where(c => c.Baseline is { } b && !c.IsContaminated && c.SpeedUp!.Value.Verdict == Verdict.Faster && s_settings.All(name => Other(c, name) is null) && b.Run.Variant == cases[0].Baseline!.Run.Variant)
            .GroupBy(c => c.Parameter("model")).Select(g => g.MaxBy(c => c.SpeedUp!.Value.Value)!)];
        return best.Length == 0 ? null
            : string.Join(", ", best.Index().Select(b => $"{SpeedUpChart.Name(b.Item)}{(b.Index == 0 ? " is" : "")} {Format.Times(b.Item.SpeedUp!.Value.Value)}{(b.Index == 0 ? $" {SpeedUpChart.Plain(b.Item.Baseline!)}" : "")}"
                + (b.Item.Parameter("model") is { } model ? $" on {model}" : "")));
    }

    static void Draw(ChartCanvas canvas, CaseView[] cases, string? title, string caption)
    {
        var high = cases.Max(c => c.SpeedUp!.Value.Upper);
        canvas.Frame(title ?? "Classifiers: speed-up per image", caption, "speed-up, times (median; whiskers: 95 % confidence)", "", note: Note(cases));
        canvas.XAxis(0, Math.Max(high * 1.02, 1.1), "×");
        canvas.Categories([.. cases.Select(Name)]);
        canvas.Guide(1, 0.6, 1, -cases.Length + 0.4);
        foreach (var (i, view) in cases.Index())
        {
            var ratio = view.SpeedUp!.Value;
            canvas.Bar(-i, 0, ratio.Value, VariantStyle.Of(view.Run.Variant).In(canvas.Theme));
            if (ratio.HasWidth) { canvas.WhiskerX(ratio.Lower, ratio.Upper, -i); }
            canvas.TextAfter(Format.Times(ratio.Value) + Disturbed.Mark(view), Math.Max(ratio.Value, ratio.Upper), -i, bold: true);
            canvas.HoverRow(-i, 0, ratio.Upper, $"{Name(view)}: {Cells.Times(ratio)}, {Cells.Milliseconds(view.Median!.Value)} ms of {Format.Count(view.Run.ImagesPerOperation, "image")}");
        }

        VariantStyle.Legend(canvas, cases);
    }

    static string Note(CaseView[] cases) => string.Join('\n', (string[])
    [
        .. cases.Select(c => c.Baseline!).Distinct().Select(b => $"{b.Parameter("model")}: over {b.Run.Variant} at {b.Parameter("size")} pixels, batch {b.Parameter("batch")}, {Threads(b)}: {Format.Significant(b.Summary!.Median)} ms"),
        .. Disturbed.Note(cases) is { } note ? [note] : Array.Empty<string>(),
    ]);

    // What is as with the row it is compared with goes without saying.
    static string Name(CaseView view) => string.Join(", ", new[]
    {
        $"{view.Parameter("model")} {view.Run.Variant}".TrimStart(),
        Other(view, "size") is { } size ? $"{size} pixels" : null,
        Other(view, "batch") is { } batch ? $"batch {batch}" : null,
        Other(view, "threads") is not null ? Threads(view) : null,
    }.OfType<string>());

    static string? Other(CaseView view, string name) => view.Parameter(name) is { } value && value != view.Baseline?.Parameter(name) ? value : null;

    static string Threads(CaseView view) => Format.Count((int)(view.Number("threads") ?? 0), "thread");
}
