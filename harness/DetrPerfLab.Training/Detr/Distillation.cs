using static TorchSharp.torch;

namespace DetrPerfLab.Training;

/// <summary>What a student learns from a teacher beside the truth: each query that the teacher is sure of is given the student's query that costs least, which learns its class
/// probabilities and its box; and the encoder's features, where both are as wide.</summary>
/// <remarks>Source: Chang et al., "DETRDistill: a universal knowledge distillation framework for DETR-families", ICCV 2023, section 3.1, for the matching;
/// Romero et al., "FitNets", ICLR 2015, for the features, which are normalised first, so that no channel outweighs the others.</remarks>
sealed class Distillation(TrainableDetr teacher, DetrLoss loss) : IDisposable
{
    const float Sure = 0.3f; // probability of the best class from which on a query of the teacher counts
    const double FeatureWeight = 20; // of 1, classes and boxes drowned it, and a student of detr-mini learnt no faster with its teacher than without

    /// <summary>A scalar with gradients, which the caller disposes of: the mean over the student's decoder layers, and the features' part.</summary>
    internal Tensor Of(DetrOutputs student, Tensor pictures)
    {
        using var scope = NewDisposeScope();
        var (taught, memory) = Teach(pictures);
        var total = (student.Memory.shape.SequenceEqual(memory.shape) ? FeatureWeight * nn.functional.mse_loss(Normalized(student.Memory), Normalized(memory)) : zeros(1).sum());
        if (taught.Targets.Sum(t => t.Labels.Length) == 0) { return total.MoveToOuterDisposeScope(); }
        foreach (var layer in student.Layers) { total += OfLayer(layer, taught) / student.Layers.Count; }
        return total.MoveToOuterDisposeScope();
    }

    public void Dispose() => teacher.Dispose();

    Tensor OfLayer(LayerOutputs layer, Lesson lesson)
    {
        var (rows, things) = loss.Match(layer, lesson.Targets);
        var (at, of) = (tensor(rows), tensor(Array.ConvertAll(things, t => (long)t)));
        var learnt = nn.functional.log_softmax(layer.Logits.reshape(-1, layer.Logits.shape[^1]).index_select(0, at), 1);
        var wanted = lesson.Probabilities.index_select(0, of);
        var classes = (wanted * (wanted.clamp_min(1e-8).log() - learnt)).sum() / rows.Length; // Kullback-Leibler divergence
        var (box, giou) = DetrLoss.OfBoxes(layer.Boxes.reshape(-1, 4).index_select(0, at), lesson.Boxes.index_select(0, of), rows.Length);
        return (loss.ClassWeight * classes) + (DetrLoss.BoxWeight * box) + (DetrLoss.GiouWeight * giou);
    }

    /// <summary>What the teacher is sure of on each picture, and its features.</summary>
    (Lesson Lesson, Tensor Memory) Teach(Tensor pictures)
    {
        using var quiet = no_grad();
        var outputs = teacher.Forward(pictures);
        var last = outputs.Layers[^1];
        var (probabilities, boxes) = (nn.functional.softmax(last.Logits, 2).reshape(-1, last.Logits.shape[2]), last.Boxes.reshape(-1, 4));
        var (width, queries) = (last.Logits.shape[2], (int)last.Logits.shape[1]);
        var (scores, best) = probabilities.narrow(1, 0, width - 1).max(1); // all but "no object"
        float[] score = [.. scores.contiguous().data<float>()], placed = [.. boxes.contiguous().data<float>()];
        long[] label = [.. best.contiguous().data<long>()], sure = [.. Enumerable.Range(0, score.Length).Where(row => score[row] >= Sure).Select(row => (long)row)];
        var byPicture = sure.ToLookup(row => (int)row / queries);
        Targets[] targets = [.. Enumerable.Range(0, (int)last.Logits.shape[0]).Select(picture => new Targets(
            [.. byPicture[picture].Select(row => (int)label[row])], [.. byPicture[picture].SelectMany(row => placed.Skip((int)row * 4).Take(4))]))];
        var rows = tensor(sure);
        return (new(targets, probabilities.index_select(0, rows), boxes.index_select(0, rows)), outputs.Memory);
    }

    static Tensor Normalized(Tensor features) => nn.functional.layer_norm(features, [features.shape[^1]]);

    /// <summary>Probabilities [K, C + 1] and boxes [K, 4] of the queries that count, of all pictures in turn.</summary>
    readonly record struct Lesson(IReadOnlyList<Targets> Targets, Tensor Probabilities, Tensor Boxes);
}
