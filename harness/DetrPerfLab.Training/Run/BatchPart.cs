using static TorchSharp.torch;

namespace DetrPerfLab.Training;

/// <summary>What a part of a batch says: its loss; the gradient of each parameter, in their order, and what the batch norms remember, which whoever takes them disposes of.</summary>
/// <param name="Gradients">Null where the loss is not finite.</param>
sealed record PartResult(LossParts Loss, IReadOnlyList<Tensor>? Gradients, IReadOnlyDictionary<string, Tensor> Statistics);

/// <summary>Computes a part of a batch, beside the others and on threads of its own.</summary>
/// <remarks>The operators of a small model are short: where several threads share each, they wait for one another most of the time. As on several GPUs, batch norms see the part alone,
/// and a step follows the mean of the parts' gradients. Source: Goyal et al., "Accurate, large minibatch SGD", arXiv:1706.02677, section 3.</remarks>
sealed class BatchPart(TrainableDetr model, DetrLoss loss, Distillation? distillation) : IDisposable
{
    /// <param name="pictures">Of the whole batch, float32 [N, 3, H, W].</param>
    /// <param name="part">Which of them.</param>
    internal PartResult Learn(Tensor pictures, IReadOnlyList<Targets> targets, Range part)
    {
        using var scope = NewDisposeScope();
        var (first, count) = part.GetOffsetAndLength(targets.Count);
        var own = pictures.narrow(0, first, count);
        var statistics = model.Statistics.ToDictionary(s => s.Key, s => Detached(s.Value.clone()));
        var outputs = model.Forward(own, statistics);
        if (outputs.Layers.Any(o => !isfinite(o.Logits).all().item<bool>() || !isfinite(o.Boxes).all().item<bool>())) { return new(default, null, statistics); }
        var (total, parts) = loss.Of(outputs, [.. targets.Skip(first).Take(count)]);
        if (distillation is not null)
        {
            total += distillation.Of(outputs, own);
            parts = parts with { Total = total.item<float>() };
        }

        if (!double.IsFinite(parts.Total)) { return new(parts, null, statistics); }
        return new(parts, [.. autograd.grad([total], [.. model.Parameters.Values]).Select(Detached)], statistics);
    }

    static Tensor Detached(Tensor tensor)
    {
        tensor.DetachFromDisposeScope();
        return tensor;
    }

    public void Dispose() => distillation?.Dispose();
}
