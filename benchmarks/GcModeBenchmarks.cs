using System.Runtime;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;

namespace DetrPerfLab.Benchmarks;

/// <summary>How the garbage collector is set, on the whole way from a photograph's file to detections, with new buffers for each image.</summary>
/// <remarks>At 256x341, so that the 662 images that a p99 needs take half a minute; what the collector does depends on buffers, not on layers.</remarks>
[Config(typeof(Modes))]
[Samples(full: 662, quick: 64)]
public class GcModeBenchmarks : WorkBenchmarks
{
    const string Workstation = "workstation", Default = "workstation concurrent";
    const string Kept = "kept buffers", Collect = "GC.Collect each";
    static readonly ImageSize s_camera = new(960, 1280);
    static readonly ResizeRule s_resize = ResizeRule.ShorterSide(256);

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from job in Modes.All select Row(job.Id, job.Id) with { FullOnly = job.Id.EndsWith("concurrent conserving", StringComparison.Ordinal) },
        Row(Default, $"{Default}, {Collect}"),
        Row(Default, $"{Default}, {Kept}"),
        Row(Workstation, $"{Workstation} again") with { FullOnly = true, Repeated = true },
    ];

    static SuiteCase Row(string job, string mode) => new("ort-int8-static", ("Mode", mode)) { Job = job };

    static VariantCase ModelOf(SuiteCase row) => BenchmarkModel.CaseOf(row, s_resize.Apply(s_camera));

    public override void Prepare(SuiteCase row, Action<string, long, long> progress) => BenchmarkModel.Prepare(ModelOf(row), progress);

    internal override CaseWork Open(SuiteCase row)
    {
        BenchmarkModel.RequireDetr();
        var open = (ModelOf(row) with { Audit = Audit }).Open();
        var server = row.Job!.StartsWith("server", StringComparison.Ordinal);
        if (GCSettings.IsServerGC != server) { throw LabError.OutOfRange(GCSettings.IsServerGC ? "server" : "workstation", row.Job, "collector of this process"); }
        var pipeline = new PipelineOperation(open.Engine, s_camera, PreprocessOptions.Detr with { Resize = s_resize })
        {
            KeepBuffers = row["Mode"]!.EndsWith(Kept, StringComparison.Ordinal),
            Collect = row["Mode"]!.EndsWith(Collect, StringComparison.Ordinal),
        };
        return open.Work(pipeline) with
        {
            MemoryOperations = RunOptions.IsQuick ? 16 : 64,
            Findings = () => [new("size", $"photographs of {s_camera}, resized so that the images that a p99 needs take half a minute", s_resize.Apply(s_camera).ToString())],
        };
    }

    /// <summary>A job a mode; each row runs under its own.</summary>
    sealed class Modes : ManualConfig
    {
        public Modes()
        {
            AddJob(All);
            AddFilter(new SimpleFilter(b => b.Job.Id == SuiteCase.Of(b).Job));
        }

        internal static Job[] All { get; } =
        [
            .. from server in (bool[])[false, true]
               from concurrent in (bool[])[false, true]
               from conserve in (bool[])[false, true]
               select Job.Default.WithGcServer(server).WithGcConcurrent(concurrent).WithEnvironmentVariable("DOTNET_GCConserveMemory", conserve ? "7" : "0")
                   .WithId($"{(server ? "server" : Workstation)}{(concurrent ? " concurrent" : "")}{(conserve ? " conserving" : "")}"),
        ];
    }
}
