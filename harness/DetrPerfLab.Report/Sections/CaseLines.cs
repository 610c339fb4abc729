namespace DetrPerfLab.Report;

/// <summary>The cases of a suite in a line for each comparison, for example <c>ort-fp32, by threads – 1: 812 ms; 2: 1.84× [1.78, 1.90]</c>.</summary>
static class CaseLines
{
    internal static IEnumerable<IReadOnlyList<Inline>> Of(Suite suite, CaseView[] cases) =>
        cases.GroupBy(c => suite.FixedPart(c.Run), StringComparer.Ordinal).Select(g => Line(suite, [.. g]));

    static IReadOnlyList<Inline> Line(Suite suite, CaseView[] cases)
    {
        var byVariant = suite.Parameters.Any(p => p.Varies && p.Name == Suite.Variant);
        string[] varied = [.. suite.Parameters.Where(p => p.Varies && p.Name != Suite.Variant).Select(p => p.Name).Where(n => cases.Any(c => c.Parameter(n) is not null))];
        var kept = cases[0].TextWithout(varied);
        List<Inline> line = [];
        if (!byVariant) { line.Add(Inline.Code(cases[0].Run.Variant)); }
        var head = string.Join(", ", ((string[])[kept, byVariant || varied.Length != 1 ? "" : $"by {varied[0].ToLowerInvariant()}"]).Where(t => t.Length > 0));
        if (head.Length > 0) { line.Add((line.Count > 0 ? ", " : "") + head); }
        if (line.Count > 0) { line.Add(" – "); }
        foreach (var (i, view) in cases.Index())
        {
            if (i > 0) { line.Add("; "); }
            if (byVariant) { line.Add(Inline.Code(view.Run.Variant)); }
            var name = varied.Length == 1 ? view.Parameter(varied[0]) ?? "" : string.Join(", ", varied.Where(n => view.Parameter(n) is not null).Select(n => $"{n.ToLowerInvariant()} {view.Parameter(n)}"));
            line.Add($"{(byVariant && name.Length > 0 ? ", " : "")}{name}{(name.Length > 0 || byVariant ? ": " : "")}{Figure(view)}");
        }

        return [.. line, "."];
    }

    static string Figure(CaseView view)
    {
        if (view.Gap is { } gap) { return $"not measured ({gap})"; }
        var mark = Disturbed.Mark(view);
        return view.SpeedUp is { } speedUp && view.Baseline != view ? $"{Cells.Times(speedUp)}{mark}" : $"{Format.Significant(view.Summary!.Median)} ms{mark}";
    }
}
