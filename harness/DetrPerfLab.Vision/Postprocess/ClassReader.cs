namespace DetrPerfLab.Vision;

/// <summary>What a classifier says of a picture: a label and its probability in [0, 1].</summary>
public readonly record struct ClassScore(int Label, float Score);

/// <summary>A classifier's output in, the best classes of one picture out.</summary>
public static class ClassReader
{
    /// <summary>One picture of scores [N, C], best first; equal scores in the order of their labels. Scores that are no probabilities yet go through a softmax.</summary>
    public static IReadOnlyList<ClassScore> Best(TensorSet outputs, int image, int most)
    {
        var tensor = ScoresOf(outputs);
        DetectorPipeline.RequireFinite(tensor);
        var scores = tensor.Floats.Slice(image * (tensor.Count / (int)tensor.Shape[0]), tensor.Count / (int)tensor.Shape[0]);
        var (max, sum) = IsProbability(scores) ? (0f, 0f) : Softmax.Normalizer(scores);
        var values = scores.ToArray();
        return [.. Enumerable.Range(0, values.Length).OrderByDescending(label => values[label]).ThenBy(label => label).Take(most)
            .Select(label => new ClassScore(label, sum == 0 ? values[label] : Softmax.Exp(values[label] - max) / sum))];
    }

    internal static HostTensor ScoresOf(TensorSet outputs)
    {
        var specs = outputs.Select(o => new TensorSpec(o.Name, o.Type, [.. o.Shape.ToArray().Select(length => (Dimension)length)])).ToList();
        return outputs[(ClassifierFamily.ScoresOf(specs) ?? throw LabError.TensorMissing(outputs, "logits")).Name];
    }

    static bool IsProbability(ReadOnlySpan<float> scores)
    {
        var sum = 0.0;
        foreach (var score in scores)
        {
            if (score is < 0 or > 1) { return false; }
            sum += score;
        }

        return Math.Abs(sum - 1) < 1e-3;
    }
}
