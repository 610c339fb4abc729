using static DetrPerfLab.Report.CaseColumn;
using static DetrPerfLab.Report.CaseColumns;

namespace DetrPerfLab.Report;

/// <summary>What each suite's table shows: one list of columns a suite.</summary>
static class SuiteTables
{
    // Where several variants are compared at one set of inputs.
    static readonly CaseColumn[] s_ofVariants = [Variant, Judgement, Latency, P90, ImagesPerSecond, SpeedUp, Allocated, Peak, PeakShare, ModelSize];

    static readonly Dictionary<string, CaseColumn[]> s_columns = new(StringComparer.Ordinal)
    {
        ["Engine"] = s_ofVariants,
        ["Precision"] = [Variant, Judgement, Latency, P90, SpeedUp, Peak, PeakShare, ModelSize, Ap, Difference],
        ["Thread"] = [Variant, Parameter("Threads"), Parameter("Spinning", help: "blank: as the engine has it"), Parameter("InterOp", "inter-op", "threads over operators; blank: 1"),
            Latency, SpeedUp, Efficiency, ImagesPerSecond, Peak, Judgement],
        ["Resolution"] = [Variant, Parameter("Size", "shorter side"), Latency, P90, SpeedUp, Operations, Rate, PeakShare, Ap, Peak, Judgement],
        ["Batch"] = [Parameter("Sizes"), Parameter("Batch"), Latency, LatencyPerImage, ImagesPerSecond, SpeedUp, Padding, Peak, Judgement],
        ["Chunking"] = [Parameter("Scene"), Parameter("Chunk"), Latency, TimeOfBaseline, Peak, PeakOfBaseline, ImagesPerSecond, Judgement],
        ["Memory"] = [Parameter("Setting"), LatencyPerImage, SpeedUp, AllocatedPerImage, Steady, Peak, .. Fragmentation, Judgement],
        ["GcMode"] = [Parameter("Mode"), Latency, P99, SpeedUp, AllocatedPerImage, .. Collections, Peak, Judgement],
        ["Worker"] = [Variant, Parameter("Layout"), ImagesPerSecond, SpeedUp, LatencyPerImage, Peak, PeakOfBaseline, Judgement],
        ["Preprocess"] = [Parameter("Stage"), Variant, NanosecondsAPixel, Latency, P90, SpeedUp, Allocated, Judgement],
        ["Postprocess"] = [Parameter("Queries"), Parameter("Targets"), Variant, Microseconds, NanosecondsAQuery, SpeedUp, Allocated, Judgement],
        ["Stacked"] = [Parameter("Step"), Variant, Latency, StepFactor, Cumulative, Allocated, Peak, Judgement],
        ["Factorial"] = [Variant, Parameter("Threads"), Parameter("Size", "shorter side"), Latency, SpeedUp, ImagesPerSecond, Peak, Judgement],
    };

    /// <summary>The suite's table. A column that would be empty throughout and has no reason to show is left out.</summary>
    internal static Table Create(string suite, IReadOnlyList<CaseView> cases)
    {
        var rows = s_columns.GetValueOrDefault(suite, s_ofVariants).Select(c => (Column: c.Heading, Cells: cases.Select(c.Show).ToArray())).ToArray();
        rows = [.. rows.Where(c => c.Cells.Any(cell => cell.Text.Count > 0 || cell.Note is not null))];
        return new Table($"Every case of the suite {suite}", [.. rows.Select(c => c.Column)],
            [.. cases.Select((_, i) => (IReadOnlyList<Cell>)[.. rows.Select(c => c.Cells[i])])]);
    }
}
