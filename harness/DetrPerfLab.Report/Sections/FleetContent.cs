namespace DetrPerfLab.Report;

/// <summary>A page of its own: which of several machines suits, by variant. Each keeps its own baseline; no ratio is taken across two machines.</summary>
static class FleetContent
{
    internal static ReportDocument Create(IReadOnlyList<FleetMachine> machines, Limits limits, IReadOnlyList<IReadOnlyList<Inline>> answers, bool withCharts)
    {
        var rows = RowsOf(machines, limits);
        return new(
            "Which machine",
            $"{Format.Count(machines.Count, "machine")}, {Format.Count(rows.Select(r => r.View.Run.Variant).Distinct().Count(), "variant")}; latencies are medians of one image with their 95 % interval",
            [
                new("answer", "Answer", [new PointList(answers)]),
                new("matrix", "Machines and variants", [.. withCharts && FleetChart.Create(machines) is { } chart ? (Block[])[new Figure(chart)] : [], Matrix(rows)]),
                new("machines", "The machines", [Machines(machines)]),
            ]);
    }

    /// <summary>The fastest and the cheapest of what keeps to the limits, and what the intervals cannot tell from it; only clean runs count.</summary>
    internal static IReadOnlyList<IReadOnlyList<Inline>> Answers(IReadOnlyList<FleetMachine> machines, Limits limits)
    {
        var rows = RowsOf(machines, limits);
        Row[] clean = [.. rows.Where(r => r.View is { Summary: not null, IsContaminated: false })];
        Row[] kept = [.. clean.Where(r => r.Candidate.Fit == Fit.Meets)];
        if (clean.Length == 0) { return [["No machine has a clean run of a variant."]]; }
        if (kept.Length == 0)
        {
            var nearest = clean.MinBy(r => r.View.Summary!.Median)!;
            return [[Inline.Bold("Nothing is shown to keep to the limits"), "; the least time was measured of ", .. Named(nearest), $", {Cells.Milliseconds(nearest.View.Median!.Value)} ms: {string.Join("; ", nearest.Candidate.Reasons)}."]];
        }

        var within = string.Join(" and ", [
            .. limits.MaxLatencyMs is { } ms ? (string[])[$"within {Format.Significant(ms)} ms"] : [], Accuracy(kept, limits),
            .. limits.MaxMemoryBytes is { } bytes ? (string[])[$"within {Format.Mebibytes(bytes)} MiB"] : []]);
        var fastest = kept.MinBy(r => r.View.Summary!.Median)!;
        var answers = new List<IReadOnlyList<Inline>> { (Inline[])[Inline.Bold($"Fastest {within}"), ": ", .. Named(fastest), $", {Cells.Milliseconds(fastest.View.Median!.Value)} ms{NotToldApart(kept, fastest, _ => 1)}."] };
        Row[] priced = [.. kept.Where(r => r.Price is not null)];
        if (priced.MinBy(r => r.Price) is { } cheapest)
        {
            var silent = kept.Where(r => r.Price is null).Select(r => r.Machine.Name).Distinct().ToList();
            answers.Add([Inline.Bold($"Cheapest {within}"), ": ", .. Named(cheapest), $", {Format.Significant(cheapest.Price!.Value)} a million images{NotToldApart(priced, cheapest, r => r.Machine.PricePerHour!.Value)}{(silent.Count > 0 ? $"; no price was given of {string.Join(", ", silent)}" : "")}."]);
        }

        if (limits.MaxLatencyMs is not null)
        {
            var able = kept.Select(r => r.Machine.Name).Distinct().ToList();
            var others = machines.Select(m => m.Name).Except(able).ToList();
            answers.Add([$"Keep to the limits with one variant or more: {string.Join(", ", able)}{(others.Count > 0 ? $"; not shown to: {string.Join(", ", others)}" : "")}."]);
        }

        return answers;
    }

    /// <summary>Those whose interval reaches into the best one's, times that and a price: it is not decided that they are worse.</summary>
    static string NotToldApart(Row[] rows, Row best, Func<Row, double> price)
    {
        var most = best.View.Median!.Value.Upper * price(best);
        string[] others = [.. rows.Where(r => r != best && r.View.Median!.Value.Lower * price(r) <= most).Select(r => $"{r.View.Run.Variant} on {r.Machine.Name}")];
        return others.Length == 0 ? "" : $"; not told apart from it: {string.Join(", ", others)}";
    }

    static Row[] RowsOf(IReadOnlyList<FleetMachine> machines, Limits limits) =>
        [.. machines.SelectMany(m => m.Model.Effects.Select(v => new Row(m, v, Candidate.Judge(v, limits))))];

    /// <summary>By what the accuracy of those that are kept was judged: labelled images, else how many queries change class; FP32 needs neither.</summary>
    static string Accuracy(Row[] kept, Limits limits)
    {
        Row[] rounded = [.. kept.Where(r => !r.Candidate.IsExact)];
        var (measured, changes) = ($"within {LimitsSection.Points(limits.ApLoss)} of accuracy", $"with at most {Format.Percent(limits.ClassChanges, 1)} of the queries changing class");
        return rounded.All(r => r.View.Accuracy?.Difference is not null) ? measured
            : rounded.All(r => r.View.Accuracy?.Difference is null) ? changes
            : $"{measured}, or {changes} where that was not measured,";
    }

    static Inline[] Named(Row row) => [Inline.Code(row.View.Run.Variant), " on ", Inline.Bold(row.Machine.Name)];

    static Table Matrix(Row[] rows)
    {
        var (priced, judged) = (rows.Any(r => r.Price is not null), rows.Any(r => r.View.Accuracy is not null));
        return new(
            "latency, speed-up, accuracy, memory and price by machine and variant",
            [
                new("machine"), new("variant"), new("ms an image", Numeric: true), new("speed-up", Numeric: true, "over the machine's own baseline, in the same run"), .. judged ? (Column[])[new("accuracy", Numeric: true, "AP of a detector, top-1 of a classifier, in points"), new("difference", Numeric: true, "of the accuracy, in points, to the reference")] : [],
                new("peak, MiB", Numeric: true), .. priced ? (Column[])[new("price of a million", Numeric: true, "one image after the other, at the price an hour that was given")] : [], new("judgement"),
            ],
            [.. rows.OrderBy(r => r.Machine.Name, StringComparer.Ordinal).ThenBy(r => r.View.Summary?.Median ?? double.MaxValue).Select(r => (IReadOnlyList<Cell>)
            [
                new(r.Machine.Name), new(Inline.Code(r.View.Run.Variant)), Cells.Latency(r.View), Cells.SpeedUp(r.View),
                .. judged ? (Cell[])
                [
                    r.View.Accuracy is { } accuracy ? new($"{accuracy.FullName} {Format.Number(accuracy.Points, 1)}", accuracy.Points) : Cell.Blank,
                    r.View.Accuracy?.Difference is { } difference ? new(Format.Signed(difference.Value, 1), difference.Value) { Second = Cells.ApRange(difference) } : Cell.Blank,
                ] : [],
                r.View.Run.Memory?.PeakRssBytes is { } peak ? new(Format.Mebibytes(peak), peak) : Cell.Blank,
                .. priced ? (Cell[])[r.Price is { } price ? new(Format.Significant(price), price) : Cell.Blank] : [],
                Cells.Verdict(r.View),
            ])]);
    }

    static Table Machines(IReadOnlyList<FleetMachine> machines) => new(
        "the machines",
        [new("machine"), new("processor"), new("cores", Numeric: true), new("memory, GiB", Numeric: true), new("instructions"), new("system"), new("fingerprint"), new("price an hour", Numeric: true)],
        [.. machines.Select(m => (IReadOnlyList<Cell>)
        [
            new(m.Name), new(m.Model.Machine?.CpuModel ?? "unknown"), m.Model.Machine is { } info ? new($"{info.Cores}", info.Cores) : Cell.Blank,
            m.Model.Machine is { MemoryBytes: > 0 and var bytes } ? new(Format.Number(bytes / (double)(1 << 30), 0), bytes) : Cell.Blank,
            new(string.Join(' ', m.Model.Machine?.Isa ?? [])), new(m.Model.Machine?.Os ?? ""), new(Inline.Code(m.Model.Machine?.Fingerprint ?? "")),
            m.PricePerHour is { } price ? new(Format.Shortest(price), price) : Cell.Blank,
        ])]);

    sealed record Row(FleetMachine Machine, CaseView View, Candidate Candidate)
    {
        internal double? Price => Machine.PriceOfAMillion(View);
    }
}
