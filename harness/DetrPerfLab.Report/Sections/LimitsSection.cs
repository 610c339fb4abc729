namespace DetrPerfLab.Report;

/// <summary>The limits that decided, what they refused and why, and what would settle it.</summary>
static class LimitsSection
{
    internal static Section Create(ReportModel model, Limits limits, Answer answer)
    {
        var blocks = new List<Block> { new Paragraph([.. Limits(limits)]) };
        Candidate[] refused = [.. answer.Candidates.Where(c => c.Reasons.Count > 0)];
        if (refused.Length == 0) { blocks.Add(new Paragraph(["Nothing was refused."])); }
        else { blocks.Add(new PointList([.. refused.GroupBy(c => string.Join("; ", c.Reasons)).Select(g => Refused([.. g]))])); }
        Candidate[] blind = [.. answer.Candidates.Where(c => c.LacksAccuracy)];
        if (blind.Length > 0)
        {
            blocks.Add(new Paragraph(["Accuracy on labelled images would settle it: the first command measures it for these variants and joins it to this report, the second searches for the fastest file within the limit."]));
            blocks.Add(new CodeBlock(string.Join('\n', Settle(model, blind))));
        }

        if (answer.Best is { } best)
        {
            blocks.Add(new Paragraph(["Measured by: ", .. Repeating.Commands([best.View]).Select(Inline.Code)]));
        }

        return new Section("limits", "Limits, and what they refused", blocks) { Inside = $"the limits with their options, {Format.Count(refused.Length, "variant")} not recommended and why, commands" };
    }

    static IEnumerable<Inline> Limits(Limits limits) =>
    [
        "Loss of AP or top-1: at most ", Inline.Bold(Points(limits.ApLoss)), Default(limits.MaxApLoss), " (", Inline.Code("--max-ap-loss"), "). ",
        "Where that was not measured, queries that change class: at most ", Inline.Bold(Format.Percent(limits.ClassChanges, 1)), Default(limits.MaxClassChanges), " (", Inline.Code("--max-class-changes"), "). ",
        "Latency: ", limits.MaxLatencyMs is { } ms ? Inline.Bold($"at most {Format.Significant(ms)} ms") : "any", " (", Inline.Code("--max-latency"), "). ",
        "Peak memory: ", limits.MaxMemoryBytes is { } bytes ? Inline.Bold($"at most {Format.Mebibytes(bytes)} MiB") : "any", " (", Inline.Code("--max-memory"), "). Equal to a limit is within it; these are options of ", Inline.Code("./detrlab report"), ".",
    ];

    internal static string Points(double points) => $"{Format.Shortest(points)} point{(points == 1 ? "" : "s")}";

    static Inline Default(double? set) => set is null ? " by default" : "";

    static IReadOnlyList<Inline> Refused(Candidate[] alike) =>
        [.. alike.SelectMany((c, i) => (Inline[])[i > 0 ? ", " : "", Inline.Code(c.View.Run.Variant)]), $": {(alike[0].Fit == Fit.Undecided ? "undecided, " : "")}{string.Join("; ", alike[0].Reasons)}"];

    static IEnumerable<string> Settle(ReportModel model, Candidate[] blind)
    {
        // A model that gives no boxes is a classifier.
        var images = blind.Any(c => c.View.Run.Agreement is { BoxesMaxAbs: null }) ? "--imagefolder DIR" : "--coco DIR";
        var name = Repeating.Quoted(model.ModelAtHand);
        var variants = string.Join(',', blind.Select(c => c.View.Run.Variant).Prepend(VariantName.OrtFp32).Distinct().Select(Repeating.Name));
        yield return $"./detrlab eval --model {name} {images} --variants {variants} --record";
        yield return $"./detrlab optimize --model {name} {images} --out deploy";
    }
}
