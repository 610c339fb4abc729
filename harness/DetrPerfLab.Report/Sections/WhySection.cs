namespace DetrPerfLab.Report;

/// <summary>For each variant the findings, in plain words with the figure behind each.</summary>
static class WhySection
{
    internal static Section Create(ReportModel model)
    {
        var blocks = new List<Block>();
        foreach (var view in model.Effects)
        {
            IReadOnlyList<Inline>[] points = [.. Findings(view, model.Machine)];
            if (points.Length == 0) { continue; }
            blocks.Add(new SubHeading(view.Run.Variant));
            blocks.Add(new PointList(points));
        }

        if (blocks.Count == 0) { blocks.Add(new Paragraph(["No findings: no variant was analysed, and nothing in the results stands out."])); }
        return new Section("why", "Why", blocks);
    }

    static IEnumerable<IReadOnlyList<Inline>> Findings(CaseView view, MachineInfo? machine)
    {
        foreach (var finding in view.Run.Findings)
        {
            yield return [Inline.Bold(finding.Topic), $": {finding.Text}{(finding.Figure is { } figure ? $" ({figure})" : "")}"];
        }

        if (PeakChart.Share(view) is { } share)
        {
            var peak = view.Run.Peak!;
            yield return [Inline.Bold("peak"), $": {Format.Percent(share)} of the measured {peak.Precision} peak{(peak.Threads is { } n ? $" with {Format.Count(n, "thread")}" : "")} " +
                $"({Format.Significant(share * peak.GflopsPerSecond)} of {Format.Significant(peak.GflopsPerSecond)} GOP/s)"];
        }

        // What the stored facts alone tell, where no finding was stored.
        if (machine is not null && !Told(view, "isa") && view.Run.VariantName is { Precision: Precision.Int8 } && !machine.Isa.Any(i => i.Contains("vnni", StringComparison.OrdinalIgnoreCase)))
        {
            yield return [Inline.Bold("isa"), $": this processor has no VNNI, so an 8-bit product takes several instructions (it has {(machine.Isa.Count > 0 ? string.Join(", ", machine.Isa) : "none of the known sets")})"];
        }

        if (machine is not null && !Told(view, "threads") && view.Number("threads") is { } threads && threads > machine.Cores)
        {
            yield return [Inline.Bold("threads"), $": more threads than cores ({threads} on {machine.Cores})"];
        }

        if (view.Run.WarmUp is { Steady: false } warmUp)
        {
            yield return [Inline.Bold("warm-up"), $": not steady when the samples began ({warmUp.Operations} operations, {Format.Significant(warmUp.TotalMs / 1000)} s)"];
        }

        if (view.Run.Contamination is { Verdict: not ContaminationVerdict.Clean } contamination)
        {
            yield return [Inline.Bold("contamination"), $": {string.Join("; ", contamination.Reasons)}"];
        }
    }

    static bool Told(CaseView view, string topic) => view.Run.Findings.Any(f => string.Equals(f.Topic, topic, StringComparison.OrdinalIgnoreCase));
}
