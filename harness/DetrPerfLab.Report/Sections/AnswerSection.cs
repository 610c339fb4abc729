namespace DetrPerfLab.Report;

/// <summary>The first screen: one sentence, three picks, one table and one chart. On this machine, with these limits, use this.</summary>
static class AnswerSection
{
    const int MostRows = 8;

    internal static Section Create(ReportModel model, Limits limits, Answer answer, bool withCharts)
    {
        var blocks = new List<Block> { new Paragraph(Sentence(model, limits, answer), Tone.Lead) };
        if (answer.Best is not null) { blocks.Add(new PointList([.. Picks(limits, answer)])); }
        if (answer.Candidates.Select(c => c.View.Accuracy?.StandIn).FirstOrDefault(s => s is not null) is { } other)
        {
            blocks.Add(new Paragraph([$"The weights that were timed are synthetic and detect nothing. AP is that of {other.Model}, a small DETR that the lab has trained, in the same variant on {other.Images} drawn scenes that it never learnt from; its reference is ", Inline.Code(other.Reference), "."], Tone.Note));
        }

        Candidate[] ranked = [.. answer.Ranked];
        if (ranked.Length > 0)
        {
            blocks.Add(ChoiceTable(answer, Shown(ranked, model.Baseline), ranked.Length));
            if (withCharts)
            {
                var drawing = SpeedUpChart.Create(model, answer);
                blocks.Add(drawing.Chart is { } chart ? new Figure(chart) : new Paragraph([$"No chart of speed-ups: {drawing.Reason}."], Tone.Note));
            }
        }

        return new Section("answer", "The answer", blocks);
    }

    internal static IReadOnlyList<Inline> Sentence(ReportModel model, Limits limits, Answer answer)
    {
        var machine = model.Machine is { } m ? $"On {m.CpuModel} with {m.Cores} cores" : "On this machine (its description is missing)";
        var kept = Kept(limits);
        var lead = $"{machine}{(model.ModelAtHand == ReportModel.DefaultModel ? "" : $", for {Path.GetFileName(model.ModelAtHand)}")}{(kept.Length > 0 ? $", {kept}" : "")}, ";
        if (answer.Best is not { } best)
        {
            return [lead, Inline.Bold("nothing can be recommended"), .. Nothing(model, answer)];
        }

        var view = best.View;
        var runs = new List<Inline> { lead };
        if (answer.Ties.Count > 0)
        {
            runs.AddRange(["it is ", Inline.Bold("undecided"), " which is the fastest of ", Inline.Bold(view.Run.Variant)]);
            foreach (var (i, tie) in answer.Ties.Index()) { runs.AddRange([i == answer.Ties.Count - 1 ? " and " : ", ", Inline.Bold(tie.View.Run.Variant)]); }
            runs.Add(" (their times cannot be told apart); of these ");
        }

        runs.AddRange(["use ", Inline.Bold(view.Run.Variant), answer.Ties.Count > 0 ? ", which loses least: " : ": "]);
        var speed = view.Baseline == view ? $"{Format.Significant(view.Summary!.Median)} ms, and nothing within the limits is faster" : $"{Cells.Times(view.SpeedUp!.Value)} as fast as {view.Baseline!.Run.Variant}";
        runs.Add($"{speed}, {Accuracy(view)}, {(view.Run.Memory?.PeakRssBytes is { } peak ? $"{Format.Mebibytes(peak)} MiB peak memory" : "memory not measured")}.");
        if (view.SpeedUp is { Interval: null }) { runs.Add(" There are too few samples for an interval, so how much faster it is, and whether, is undecided."); }
        return runs;
    }

    static IEnumerable<Inline> Nothing(ReportModel model, Answer answer)
    {
        if (model.Effects.Count == 0) { return [": no suite that compares variants has results. Measure them: ./run-all.sh --filter '*Precision*', or ./detrlab bench."]; }
        if (answer.Candidates.Count(c => c.View is { Summary: not null, IsContaminated: false }) < 2) { return [": fewer than two variants were measured in clean runs, so there is nothing to compare."]; }
        Candidate[] undecided = [.. answer.Candidates.Where(c => c is { Fit: Fit.Undecided, View.SpeedUp: not null })];
        if (undecided.Length > 0) { return [$": it is undecided whether {string.Join(", ", undecided.Select(c => c.View.Run.Variant))} {(undecided.Length == 1 ? "keeps" : "keep")} to the limits, and nothing else does; the reasons stand below."]; }
        return [model.Baseline is null ? ": nothing was measured beside a clean baseline. Name another: ./detrlab report --baseline VARIANT." : ": no variant keeps to the limits; which each breaks stands below."];
    }

    static string Kept(Limits limits)
    {
        var kept = new List<string>();
        if (limits.MaxApLoss is { } loss) { kept.Add($"losing at most {Format.Significant(loss)} AP points"); }
        if (limits.MaxMemoryBytes is { } bytes) { kept.Add($"within {Format.Mebibytes(bytes)} MiB"); }
        if (limits.MaxLatencyMs is { } ms) { kept.Add($"in at most {Format.Significant(ms)} ms"); }
        return string.Join(", ", kept);
    }

    static string Accuracy(CaseView view) => view.Accuracy is { Difference: { } difference } measured ? $"{measured.DifferenceName} {Cells.ApDifference(difference)} points"
        : view.Run.Variant == VariantName.Baseline ? "which is the reference itself"
        : view.Run.Agreement?.ClassChangedShare is { } changed ? $"{Format.Percent(changed, 1)} of the queries changed class (no AP was measured)"
        : "accuracy not measured";

    static IEnumerable<IReadOnlyList<Inline>> Picks(Limits limits, Answer answer)
    {
        // The limit that decides between them, with what changes it.
        var limit = answer.Candidates.Any(c => c.View.Accuracy?.Difference is not null) || limits.MaxApLoss is not null
            ? $"at most {LimitsSection.Points(limits.ApLoss)} of accuracy lost, --max-ap-loss"
            : $"at most {Format.Percent(limits.ClassChanges, 1)} of the queries change class, --max-class-changes";
        yield return Line("safest", "FP32's own numbers", answer.Safest);
        yield return Line("balanced", "at most half of the allowed loss", answer.Balanced);
        yield return Line("fastest", $"within the limits: {limit}", answer.Fastest);
    }

    static IReadOnlyList<Inline> Line(string name, string means, Pick? pick)
    {
        if (pick is not { Choice.View: { } view }) { return [Inline.Bold(name), $" ({means}): none was measured in a clean run that keeps to the limits"]; }
        List<Inline> line = [Inline.Bold(name), $" ({means}): ", Inline.Code(view.Run.Variant), $", {Cells.Times(view.SpeedUp!.Value)}, {Format.Significant(view.Summary!.Median)} ms, {Accuracy(view)}"];
        if (pick.Ties.Count > 0) { line.Add($"; not told apart by the times: {string.Join(", ", pick.Ties.Select(t => t.View.Run.Variant))}"); }
        return line;
    }

    // The baseline is what all others are counted from, so it stays however many are faster.
    static Candidate[] Shown(Candidate[] ranked, CaseView? baseline)
    {
        if (ranked.Length <= MostRows) { return ranked; }
        Candidate[] best = [.. ranked.Take(MostRows)];
        return best.Any(c => c.View == baseline) || ranked.FirstOrDefault(c => c.View == baseline) is not { } missing ? best : [.. best.SkipLast(1), missing];
    }

    static Table ChoiceTable(Answer answer, Candidate[] shown, int all)
    {
        var fits = shown.ToDictionary(c => c.View);
        var measure = shown.Select(c => c.View.Accuracy).FirstOrDefault(a => a?.Difference is not null);
        var table = CaseColumn.Table("The variants, best first",
        [
            CaseColumn.Text("variant", view => new(Inline.Code(view.Run.Variant)) { Second = PicksOf(answer, view) }),
            CaseColumn.Text("limits", view => new(fits[view].Fit switch { Fit.Meets => "kept", Fit.Fails => "not kept", _ => "undecided" }, hint: string.Join("; ", fits[view].Reasons)), "whether it keeps to the limits"),
            CaseColumns.SpeedUp with { Show = view => view.Baseline == view ? new("baseline", 1) : CaseColumns.SpeedUp.Show(view) },
            CaseColumns.Latency,
            CaseColumns.P90,
            measure is null
                ? CaseColumn.Figure("classes changed, %", "share of the queries whose most probable class is another than the reference's", view => Classes(view) * 100, share => Format.Number(share, 1), "outputs were not compared")
                : CaseColumn.Figure($"{measure.DifferenceName}, points", "to the reference; 95 % interval below", view => view.Accuracy?.Difference is { } difference
                    ? new(Format.Signed(difference.Value, 1), difference.Value) { Second = Cells.ApRange(difference) }
                    : view.Run.Variant == VariantName.Baseline ? new("reference") : Cells.Missing(view, $"{measure.Name} was not measured for this artefact")),
            CaseColumns.Peak,
            CaseColumns.ModelSize,
        ], [.. shown.Select(c => c.View)]);
        table = table with { Narrows = true };
        return shown.Length == all ? table : table with { Below = [.. table.Below, $"The best {shown.Length} of {all} variants; all stand under {shown[0].View.Run.Suite} below."] };
    }

    static double? Classes(CaseView view) => view.Run.Agreement?.ClassChangedShare ?? (view.Run.Variant == VariantName.Baseline ? 0 : null);

    static string? PicksOf(Answer answer, CaseView view)
    {
        string[] names = [.. new[] { ("safest", answer.Safest), ("balanced", answer.Balanced), ("fastest", answer.Fastest) }.Where(p => p.Item2?.Choice.View == view).Select(p => p.Item1)];
        return names.Length > 0 ? string.Join(", ", names) : null;
    }
}
