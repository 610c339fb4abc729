using BenchmarkDotNet.Attributes;

namespace DetrPerfLab.Benchmarks;

/// <summary>From logits and boxes to detections, scalar and vectorised, with and without NMS; and the matching of queries to targets that training does.</summary>
[ShortOperations]
[MemoryDiagnoser(displayGenColumns: false)]
public class PostprocessBenchmarks
{
    const int Classes = 91, Targets = 20;
    const float Pixels = 1e-3f;

    static readonly ImageSize s_image = new(480, 640);
    static readonly PostprocessOptions s_all = new() { Threshold = 0 }, s_apart = s_all with { NmsIou = 0.5f };

    readonly Postprocessor _all = new(s_all), _apart = new(s_apart);
    readonly HungarianMatcher _matcher = new(new MatchCosts());
    readonly int[] _labels = [.. Enumerable.Range(0, Targets).Select(t => t * 4 % Classes)], _queryOfTarget = new int[Targets];
    readonly float[] _boxes = new float[4 * Targets];
    TensorSet _outputs = null!;
    Detection[] _detections = [];

    [Params(100, 300, 900)]
    public int Queries { get; set; }

    [GlobalSetup]
    public void Setup() => SuiteBenchmarks.OrGap(() =>
    {
        _outputs = new(new HostTensor("logits", ElementType.Float32, 1, Queries, Classes + 1), new HostTensor("pred_boxes", ElementType.Float32, 1, Queries, 4));
        SyntheticSequence.Fill("postprocess/logits", _outputs["logits"].Floats, amplitude: 6);
        SyntheticSequence.Fill("postprocess/boxes", _outputs["pred_boxes"].Floats, amplitude: 0.2f, offset: 0.5f);
        SyntheticSequence.Fill("postprocess/targets", _boxes, amplitude: 0.2f, offset: 0.5f);
        _detections = new Detection[Queries];
        Require(_all.Detr(_outputs, 0, s_image), _outputs, s_all);
        Require(_apart.Detr(_outputs, 0, s_image), _outputs, s_apart);
        Hungarian();
        if (_queryOfTarget.Distinct().Count() != Targets || _queryOfTarget.Min() < 0) { throw LabError.FastPathDiffers("hungarian matching", "a query of two targets, or none", "a query of its own for each target"); }
    });

    [Benchmark(Description = "scalar", Baseline = true)]
    public void Scalar()
    {
        PostProcessReference.Detr(_outputs["logits"].Floats, _outputs["pred_boxes"].Floats, s_image, _detections);
        DetectionFilter.SortByScore(_detections);
    }

    [Benchmark(Description = "vectorised")]
    public int Vectorised() => _all.Detr(_outputs, 0, s_image).Length;

    [Benchmark(Description = "vectorised, NMS")]
    public int VectorisedNms() => _apart.Detr(_outputs, 0, s_image).Length;

    [Benchmark(Description = "hungarian matching"), BenchmarkCategory("Targets: 20")]
    public void Hungarian() => _matcher.Match(_outputs["logits"].Floats, _outputs["pred_boxes"].Floats, _labels, _boxes, _queryOfTarget);

    /// <summary>Fast must be equal: the vectorised path finds what the scalar one finds.</summary>
    internal static void Require(ReadOnlySpan<Detection> found, TensorSet outputs, PostprocessOptions options)
    {
        var all = new Detection[outputs["logits"].Shape[1]];
        PostProcessReference.Detr(outputs["logits"].Floats, outputs["pred_boxes"].Floats, s_image, all);
        DetectionFilter.SortByScore(all);
        var expected = all.AsSpan(0, options.NmsIou is { } iou ? DetectionFilter.SuppressOverlaps(all, iou) : all.Length);
        if (found.Length != expected.Length) { throw LabError.FastPathDiffers("vectorised", $"{found.Length} detections", $"the {expected.Length} of the scalar path"); }
        for (var i = 0; i < found.Length; i++)
        {
            if (!Same(found[i], expected[i])) { throw LabError.FastPathDiffers("vectorised", $"{found[i]} in place {i}", $"the scalar path's {expected[i]}"); }
        }
    }

    /// <summary>The vectorised exponential differs from the scalar one in its last bits; boxes are computed alike but for the order of a multiplication and an addition.</summary>
    static bool Same(Detection a, Detection b) =>
        a.Label == b.Label && MathF.Abs(a.Score - b.Score) <= 1e-6f
        && MathF.Abs(a.X1 - b.X1) <= Pixels && MathF.Abs(a.Y1 - b.Y1) <= Pixels && MathF.Abs(a.X2 - b.X2) <= Pixels && MathF.Abs(a.Y2 - b.Y2) <= Pixels;
}
