using System.Diagnostics;

namespace DetrPerfLab.Vision;

/// <summary>What a classifier said of one picture: its five best classes, the surest first.</summary>
public sealed record ClassifiedPicture(string Picture, StageTimes Times, IReadOnlyList<ClassScore> Best);

/// <summary>How often a classifier was right: shares in [0, 1] with 95 % intervals over pictures, whether each picture's first class was right, and the mean time of the pictures that this run did.</summary>
public sealed record ClassificationEvaluation(Interval Top1, Interval Top5, IReadOnlyList<bool> Right, IReadOnlyList<ClassifiedPicture> Pictures, StageTimes? Mean, int Side)
{
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Top-1 minus the reference's, paired by picture.</summary>
    public Interval MinusOf(ClassificationEvaluation reference) =>
        ClassificationEvaluator.MeanInterval([.. Right.Zip(reference.Right, (candidate, of) => (candidate ? 1.0 : 0) - (of ? 1.0 : 0))]);

    /// <summary>Share of pictures whose first class is the reference's.</summary>
    public double AgreementWith(ClassificationEvaluation reference) =>
        Pictures.Zip(reference.Pictures).Count(p => p.First.Best[0].Label == p.Second.Best[0].Label) / (double)Pictures.Count;
}

/// <summary>Runs a classifier over labelled pictures.</summary>
public static class ClassificationEvaluator
{
    const int Kept = 5;

    /// <summary>One picture after the other; those of the journal are not run again. Progress is told as (done, of all).</summary>
    /// <exception cref="LabException">Nobody says how pictures are scaled, or classes do not meet; one picture that cannot be used ends all.</exception>
    public static ClassificationEvaluation Evaluate(
        IInferenceEngine engine, ModelUse use, ImageFolder data, DetectorOptions options, Action<long, long>? progress = null, CancellationToken cancellation = default,
        Journal<ClassifiedPicture>? journal = null)
    {
        if (use.Family.Task != ModelTask.Classification) { throw LabError.BadInput($"The model is of family {use.Family}, which finds objects. Judge it on labelled boxes: detrlab eval --coco DIR"); }
        RequirePicture(use);
        var labels = data.LabelsOf(use.Classes);
        var classifier = new Classifier(engine, use, options);
        var earlier = journal?.Entries.DistinctBy(e => e.Picture).ToDictionary(e => e.Picture) ?? [];
        var (pictures, times) = (new List<ClassifiedPicture>(), new List<StageTimes>());
        foreach (var picture in data.Pictures)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!earlier.TryGetValue(picture.Name, out var entry))
            {
                var best = classifier.Classify(data.PathOf(picture), Kept);
                entry = new(picture.Name, classifier.Times, best);
                times.Add(entry.Times);
                journal?.Add(entry);
            }

            pictures.Add(entry);
            progress?.Invoke(pictures.Count, data.Pictures.Count);
        }

        bool[] right = [.. data.Pictures.Zip(pictures, (truth, said) => said.Best[0].Label == labels[truth.Class])];
        bool[] among = [.. data.Pictures.Zip(pictures, (truth, said) => said.Best.Any(b => b.Label == labels[truth.Class]))];
        return new(
            Share(right), Share(among), right, pictures, StageTimes.Mean(times), use.Preprocessing(options).Resize.Side)
        {
            Notes = [.. Alarms(pictures, right, labels.Count, use)],
        };
    }

    /// <exception cref="LabException">Speed can be measured without; what a model says of pictures that are not scaled as it learnt them means nothing.</exception>
    public static void RequirePicture(ModelUse use)
    {
        if (use.IsPictureUnknown)
        {
            throw LabError.BadInput($"Nothing says how the classifier's pictures are scaled, needed its mean and deviation. Lay the preprocessor_config.json of its publisher beside it, or say: "
                + "--mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 (torchvision's), --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5, or --mean 0,0,0 --scale 1 for pixels as they are");
        }
    }

    internal static Interval MeanInterval(double[] values)
    {
        var (random, replicates) = (new DeterministicRandom(seed: 1), new double[Bootstrap.Replicates]);
        foreach (ref var replicate in replicates.AsSpan())
        {
            var sum = 0.0;
            for (var i = 0; i < values.Length; i++) { sum += values[random.Next(values.Length)]; }
            replicate = sum / values.Length;
        }

        return Bootstrap.IntervalOf(values.Average(), replicates);
    }

    static Interval Share(bool[] right) => MeanInterval([.. right.Select(r => r ? 1.0 : 0)]);

    static IEnumerable<string> Alarms(List<ClassifiedPicture> pictures, bool[] right, int classes, ModelUse use)
    {
        const int Enough = 20;
        if (pictures.Count < Enough) { yield break; }
        var check = $"check what pictures become ({use.Picture.Describe()}; {use.PictureSource}: --mean, --std, --scale, --channel-order) and the class names ({use.Classes.Source}: --labels).";
        if (classes > 1 && pictures.DistinctBy(p => p.Best[0].Label).Count() == 1) { yield return $"All {pictures.Count} pictures got one class: {check}"; }
        if (right.Count(r => r) <= 0.01 * right.Length && classes > 1) { yield return $"{right.Count(r => r)} of {right.Length} pictures got the right class: {check}"; }
    }
}

/// <summary>From photographs to classes: decode, preprocess, run, read; each stage timed. Not thread-safe; does not own the engine.</summary>
public sealed class Classifier(IInferenceEngine engine, ModelUse use, DetectorOptions options)
{
    readonly ImageDecoder _decoder = new();
    readonly Preprocessor _preprocessor = new(use.Preprocessing(options));
    readonly RgbImage _photograph = new();
    (TensorSet Inputs, TensorSet Outputs)? _tensors;
    ImageSize _canvas; // that they are for

    public StageTimes Times { get; private set; } // of the last call

    /// <summary>The best classes of one photograph, the surest first.</summary>
    public IReadOnlyList<ClassScore> Classify(string path, int most)
    {
        var start = Stopwatch.GetTimestamp();
        _decoder.Decode(path, _photograph);
        var decoded = Stopwatch.GetElapsedTime(start);
        var best = Classify(_photograph, most);
        Times = Times with { DecodeMs = decoded.TotalMilliseconds };
        return best;
    }

    public IReadOnlyList<ClassScore> Classify(RgbImage picture, int most)
    {
        var start = Stopwatch.GetTimestamp();
        var images = use.Fill([picture]);
        var canvas = _preprocessor.CanvasSize(images);
        if (_tensors is not { } tensors || canvas != _canvas)
        {
            var inputs = use.AllocateInputs(images.Length, canvas);
            _tensors = tensors = (inputs, engine.AllocateOutputs(inputs));
            _canvas = canvas;
        }

        _preprocessor.Prepare(images, tensors.Inputs);
        var prepared = Stopwatch.GetTimestamp();
        engine.Run(tensors.Inputs, tensors.Outputs);
        engine.Synchronize();
        var ran = Stopwatch.GetTimestamp();
        var best = ClassReader.Best(tensors.Outputs, 0, most);
        Times = new(
            0, Stopwatch.GetElapsedTime(start, prepared).TotalMilliseconds,
            Stopwatch.GetElapsedTime(prepared, ran).TotalMilliseconds, Stopwatch.GetElapsedTime(ran).TotalMilliseconds);
        return best;
    }
}
