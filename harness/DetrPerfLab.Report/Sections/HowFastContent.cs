using static DetrPerfLab.Report.CaseColumns;

namespace DetrPerfLab.Report;

/// <summary>A page of its own: where each millisecond of an inference goes in five engines, and beside it the time that the operations alone would take at this machine's measured peaks.</summary>
static class HowFastContent
{
    /// <summary>Each engine by its variants, of which the fastest stands for it.</summary>
    static readonly string[][] s_engines =
        [[VariantName.Baseline], ["torch-fp32-fused"], ["torch-int8-static"], [VariantName.OrtFp32], ["ort-int8-static", "ort-int8-static-fused"]];

    static readonly string[] s_bounds = ["fp32", "int8"];

    /// <exception cref="LabException">The precision suite was not measured, or without a profile.</exception>
    internal static ReportDocument Create(ReportModel model)
    {
        CaseView[] profiled = [.. model.Suite("Precision").Where(c => c.Run.Modules.Count > 0 && c.Summary is not null)];
        CaseView[] cases = [.. s_engines.Select(names => profiled.Where(c => names.Contains(c.Run.Variant)).MinBy(c => (c.IsContaminated, c.Summary!.Median))).OfType<CaseView>()];
        if (cases.Length == 0)
        {
            throw LabError.BadInput("The results hold no profile of the precision suite, which this page is made of. Measure it without --quick: ./run-all.sh --filter '*Precision*'");
        }

        string[] modules = [.. cases.SelectMany(c => c.Run.Modules.Select(m => m.Name)).Distinct()];
        return new(
            "How fast, and why",
            model.Caption,
            [
                new("engines", "Engines", [new Paragraph([$"One image of {model.ModelAtHand}, {Pixels(cases)} in, raw outputs out."]), CaseColumn.Table("engines", [Variant, Latency, SpeedUp, PeakShare, PageFaults, Peak, Judgement], cases)]),
                new("milliseconds", "Where each millisecond goes", [Milliseconds(model, cases, modules), new PointList([.. cases.Select(c => Largest(model, c))])]),
                .. Why(model, cases),
                new("again", "Measure it here", [new CodeBlock("./run-all.sh --filter '*Precision*'\n./run-all.sh --filter '*Allocator*'\n./detrlab report --how-fast docs/how-fast-and-why.md")]),
            ]);
    }

    static string Pixels(CaseView[] cases) => cases.Select(c => c.Run.InputSide).FirstOrDefault(s => s is not null) is { } side ? $"{side} pixels on its shorter side" : "of the model's own size";

    static Table Milliseconds(ReportModel model, CaseView[] cases, IReadOnlyList<string> modules)
    {
        var peaks = s_bounds.Select(precision => (precision, Peak: PeakOf(model.Machine, precision))).Where(p => p.Peak is not null).ToList();
        return new(
            "milliseconds of one inference by part of the model",
            [
                new("part"), new("GFLOP", Numeric: true),
                .. peaks.Select(p => new Column($"at {Format.Significant(p.Peak!.Value)} GOP/s {p.precision}", Numeric: true, "what the operations alone would take at the measured peak of all cores")),
                .. cases.Select(c => new Column(c.Run.Variant, Numeric: true)),
            ],
            [.. modules.Select(m => Row(m, c => c.Run.Modules.Where(t => t.Name == m))), Row("sum", c => c.Run.Modules)])
        {
            Below = ["Milliseconds, from a profile pass of its own; the columns with GOP/s are bounds, not measurements: memory traffic, layouts and small shapes come on top."],
        };

        IReadOnlyList<Cell> Row(string name, Func<CaseView, IEnumerable<ModuleTime>> of)
        {
            var flops = cases.Select(c => of(c).Sum(m => m.Flops ?? 0)).FirstOrDefault(f => f > 0);
            return
            [
                new(name), flops > 0 ? Number(flops / 1e9) : Cell.Blank,
                .. peaks.Select(p => flops > 0 ? Number(flops / p.Peak!.Value / 1e6) : Cell.Blank),
                .. cases.Select(c => of(c).Any() ? Number(of(c).Sum(m => m.Ms)) : Cell.Blank),
            ];
        }
    }

    static Cell Number(double value) => new(Format.Significant(value), value);

    /// <summary>10⁹ operations a second with all cores; null where it was not probed.</summary>
    static double? PeakOf(MachineInfo? machine, string precision) => machine?.Peaks.Where(p => p.Precision == precision).Select(p => (double?)p.GflopsPerSecond).Max();

    /// <summary>The part that takes most, and the one that loses most to the bound of the engine's precision.</summary>
    static IReadOnlyList<Inline> Largest(ReportModel model, CaseView view)
    {
        var (modules, sum) = (view.Run.Modules, view.Run.Modules.Sum(m => m.Ms));
        var most = modules.MaxBy(m => m.Ms)!;
        var text = new List<Inline> { Inline.Code(view.Run.Variant), $": {Format.Percent(most.Ms / sum)} in {most.Name}" };
        var precision = view.Run.VariantName is { Precision: Precision.Int8 } ? "int8" : "fp32";
        if (PeakOf(model.Machine, precision) is { } peak && modules.Where(m => m.Flops > 0 && m.Ms >= sum / 50).MaxBy(m => m.Ms - (m.Flops!.Value / peak / 1e6)) is { } lost)
        {
            text.Add($"; most above its bound in {precision}: {lost.Name}, {Format.Significant(lost.Ms)} ms where the operations alone would take {Format.Significant(lost.Flops!.Value / peak / 1e6)}");
        }

        return [.. text, "."];
    }

    static IEnumerable<Section> Why(ReportModel model, CaseView[] cases)
    {
        IReadOnlyList<Inline>[] points = [.. WhySection.Points(cases, model.Machine), .. SuiteSentences.Allocators([.. model.Suite("Allocator").Where(c => c.Summary is not null)])];
        if (points.Length > 0) { yield return new("why", "Why", [new PointList(points)]); }
    }
}
