namespace DetrPerfLab.Benchmarks;

/// <summary>From logits and boxes to detections, scalar and vectorised, with and without NMS; and the matching of queries to targets that training does.</summary>
[Samples(full: 100, quick: 20)]
public class PostprocessBenchmarks : WorkBenchmarks
{
    const int Classes = 91;

    /// <summary>Runs in a sample: one lasts microseconds.</summary>
    const int Repeats = 200;

    const float Pixels = 1e-3f;

    static readonly ImageSize s_image = new(480, 640);

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from queries in (string[])["100", "300", "900"]
           from variant in (string[])["scalar", "vectorised", "vectorised, NMS"]
           select new SuiteCase(variant, ("Queries", queries)),
        new("hungarian matching", ("Queries", "100"), ("Targets", "20")),
    ];

    internal override CaseWork Open(SuiteCase row)
    {
        var queries = row.Number("Queries");
        var outputs = new TensorSet(
            new HostTensor("logits", ElementType.Float32, 1, queries, Classes + 1), new HostTensor("pred_boxes", ElementType.Float32, 1, queries, 4));
        SyntheticSequence.Fill("postprocess/logits", outputs["logits"].Floats, amplitude: 6);
        SyntheticSequence.Fill("postprocess/boxes", outputs["pred_boxes"].Floats, amplitude: 0.2f, offset: 0.5f);
        return new(new ActionOperation(row.Variant switch
        {
            "scalar" => Scalar(outputs, queries),
            "vectorised" => Vectorised(outputs, new() { Threshold = 0 }),
            "vectorised, NMS" => Vectorised(outputs, new() { Threshold = 0, NmsIou = 0.5f }),
            _ => Matching(outputs, row.Number("Targets")),
        }))
        { Repeats = Repeats, MemoryOperations = 100 };
    }

    static Action Scalar(TensorSet outputs, int queries)
    {
        var detections = new Detection[queries];
        return () =>
        {
            PostProcessReference.Detr(outputs["logits"].Floats, outputs["pred_boxes"].Floats, s_image, detections);
            DetectionFilter.SortByScore(detections);
        };
    }

    static Action Vectorised(TensorSet outputs, PostprocessOptions options)
    {
        var postprocessor = new Postprocessor(options);
        Require(postprocessor.Detr(outputs, 0, s_image), outputs, options);
        return () => postprocessor.Detr(outputs, 0, s_image);
    }

    static Action Matching(TensorSet outputs, int targets)
    {
        var labels = Enumerable.Range(0, targets).Select(t => t * 4 % Classes).ToArray();
        var boxes = new float[4 * targets];
        SyntheticSequence.Fill("postprocess/targets", boxes, amplitude: 0.2f, offset: 0.5f);
        var (matcher, queryOfTarget) = (new HungarianMatcher(new MatchCosts()), new int[targets]);
        Action match = () => matcher.Match(outputs["logits"].Floats, outputs["pred_boxes"].Floats, labels, boxes, queryOfTarget);
        match();
        if (queryOfTarget.Distinct().Count() != targets || queryOfTarget.Min() < 0) { throw LabError.FastPathDiffers("hungarian matching", "a query of two targets, or none", "a query of its own for each target"); }
        return match;
    }

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
