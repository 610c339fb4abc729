using System.Runtime;

namespace DetrPerfLab.Benchmarks;

/// <summary>How the garbage collector is set, on the whole way from a photograph's file to detections, with new buffers for each image.</summary>
/// <remarks>At 256x341, so that the 662 images that a p99 needs take half a minute; what the collector does depends on buffers, not on layers.</remarks>
[Samples(full: 662, quick: 64)]
public class GcModeBenchmarks : WorkBenchmarks
{
    const string Kept = "kept buffers";
    const string Collect = "GC.Collect each";
    static readonly ImageSize s_camera = new(960, 1280);
    static readonly ResizeRule s_resize = ResizeRule.ShorterSide(256);

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from kind in (string[])["workstation", "server"]
           from concurrent in (string[])["", " concurrent"]
           from conserve in (string[])["", " conserving"]
           select Row(kind + concurrent + conserve) with { FullOnly = concurrent.Length > 0 && conserve.Length > 0 },
        Row($"workstation concurrent, {Collect}"),
        Row($"workstation concurrent, {Kept}"),
        // The first row once more: how far the machine drifted over the suite.
        Row("workstation again") with { FullOnly = true },
    ];

    static SuiteCase Row(string mode) => new("ort-int8-static", ("Mode", mode))
    {
        Environment = new Dictionary<string, string>
        {
            ["DOTNET_gcServer"] = mode.StartsWith("server", StringComparison.Ordinal) ? "1" : "0",
            ["DOTNET_gcConcurrent"] = mode.Contains("concurrent", StringComparison.Ordinal) ? "1" : "0",
            ["DOTNET_GCConserveMemory"] = mode.Contains("conserving", StringComparison.Ordinal) ? "7" : "0",
        },
    };

    static ModelCase ModelOf(SuiteCase row) => new(row.Variant, s_resize.Apply(s_camera));

    internal override void Prepare(SuiteCase row, Action<string, long, long> progress) => ModelOf(row).Prepare(progress);

    internal override CaseWork Open(SuiteCase row)
    {
        var (mode, ready) = (row["Mode"]!, ModelOf(row).Check());
        var server = mode.StartsWith("server", StringComparison.Ordinal);
        if (GCSettings.IsServerGC != server) { throw LabError.OutOfRange(GCSettings.IsServerGC ? "server" : "workstation", mode, "collector of this process"); }
        var pipeline = new PipelineOperation(ready.Engine, s_camera, PreprocessOptions.Detr with { Resize = s_resize })
        {
            KeepBuffers = mode.EndsWith(Kept, StringComparison.Ordinal),
            Collect = mode.EndsWith(Collect, StringComparison.Ordinal),
        };
        return ready.Work(pipeline, Audit) with
        {
            MemoryOperations = CaseProcess.IsQuick ? 16 : 64,
            Findings = () => [new("size", $"photographs of {s_camera}, resized so that the images that a p99 needs take half a minute", s_resize.Apply(s_camera).ToString())],
        };
    }
}
