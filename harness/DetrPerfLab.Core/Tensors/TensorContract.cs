namespace DetrPerfLab.Core;

/// <summary>Checks tensors against what a model takes and gives, before native code sees their addresses.</summary>
public static class TensorContract
{
    /// <summary>Requires every tensor of the engine, with its type and rank, and the same length wherever a symbol recurs. More inputs than the model takes are no mistake; outputs may not be known yet.</summary>
    /// <exception cref="LabException">A tensor is missing, or its type or shape does not fit.</exception>
    public static void Check(IInferenceEngine engine, TensorSet inputs, TensorSet? outputs)
    {
        var lengths = new Dictionary<string, (long Length, string Tensor)>(StringComparer.Ordinal);
        foreach (var spec in engine.Inputs) { Check("input", spec, inputs, lengths); }
        if (outputs is null) { return; }
        foreach (var spec in engine.Outputs) { Check("output", spec, outputs, lengths); }
    }

    static void Check(string kind, TensorSpec spec, TensorSet set, Dictionary<string, (long Length, string Tensor)> lengths)
    {
        var tensor = set.Find(spec.Name) ?? throw LabError.BadInput(
            $"The model's {kind} '{spec.Name}' was not given: found {(set.Count == 0 ? "nothing" : string.Join("; ", set))}, needed {spec}. "
            + "Give a tensor for each of the model's inputs and outputs.");
        if (tensor.Type != spec.Type || tensor.Shape.Length != spec.Dimensions.Count) { throw Mismatch(); }
        for (var axis = 0; axis < tensor.Shape.Length; axis++)
        {
            var (dimension, length) = (spec.Dimensions[axis], tensor.Shape[axis]);
            if (dimension.Symbol is not { } symbol)
            {
                if (dimension.Length != length) { throw Mismatch(); }
            }
            else if (!lengths.TryAdd(symbol, (length, tensor.Name)) && lengths[symbol].Length != length)
            {
                throw Mismatch($", where {symbol} is {lengths[symbol].Length} in '{lengths[symbol].Tensor}'");
            }
        }

        LabException Mismatch(string because = "") => LabError.BadInput(
            $"The model's {kind} does not fit: found {tensor}, needed {spec}{because}. Allocate tensors from the model's inputs and outputs.");
    }
}
