namespace DetrPerfLab.Report;

/// <summary>What explains the differences between the variants of the answer, in plain words with the figures behind; what holds for all of them explains none.</summary>
static class WhySection
{
    internal static Section Create(ReportModel model)
    {
        CaseView[] measured = [.. model.Effects.Where(c => c.Summary is not null)];
        var points = Points(measured, model.Machine);
        Block block = points.Length > 0 ? new PointList(points) : new Paragraph(["No findings: no variant was analysed, or nothing that was found tells them apart."]);
        return new Section("why", "Why", [block]) { Inside = $"{Format.Count(points.Length, "finding")} that {(points.Length == 1 ? "explains" : "explain")} differences between the variants" };
    }

    /// <summary>What was found of these cases and does not hold for all of them.</summary>
    internal static IReadOnlyList<Inline>[] Points(CaseView[] cases, MachineInfo? machine) =>
        [.. Found.Points(cases.SelectMany(view => Findings(view, machine).Select(finding => new Found(view, finding))), cases, onlyDifferences: true)];

    static IEnumerable<Finding> Findings(CaseView view, MachineInfo? machine)
    {
        foreach (var finding in view.Run.Findings) { yield return finding; }

        // What the stored facts alone tell, where no finding was stored.
        if (machine is not null && !Told(view, "isa") && view.Run.VariantName is { Precision: Precision.Int8 } && !machine.Isa.Any(i => i.Contains("vnni", StringComparison.OrdinalIgnoreCase)))
        {
            yield return new("isa", $"this processor has no VNNI, so an 8-bit product takes several instructions (it has {(machine.Isa.Count > 0 ? string.Join(", ", machine.Isa) : "none of the known sets")})");
        }

        if (machine is not null && !Told(view, "threads") && view.Number("threads") is { } threads && threads > machine.Cores)
        {
            yield return new("threads", $"more threads than cores ({threads} on {machine.Cores})");
        }

        if (view.Run.WarmUp is { Steady: false } warmUp)
        {
            yield return new("warm-up", "not steady when the samples began", $"{warmUp.Operations} operations, {Format.Significant(warmUp.TotalMs / 1000)} s");
        }
    }

    static bool Told(CaseView view, string topic) => view.Run.Findings.Any(f => string.Equals(f.Topic, topic, StringComparison.OrdinalIgnoreCase));
}
