namespace DetrPerfLab.Core;

/// <summary>Checks tensors against what a model takes and gives, before native code sees their addresses.</summary>
public static class TensorContract
{
    /// <summary>Requires every tensor of both lists, with its type and rank, and the same length wherever a symbol recurs.</summary>
    /// <param name="engine">Named in the message.</param>
    /// <param name="inputSpecs">What the model takes.</param>
    /// <param name="inputs">What it is given; more tensors than it takes are no mistake.</param>
    /// <param name="outputSpecs">What the model gives.</param>
    /// <param name="outputs">Where it is to be written.</param>
    /// <exception cref="LabException">A tensor is missing, or its type or shape does not fit.</exception>
    public static void Check(
        string engine, IReadOnlyList<TensorSpec> inputSpecs, TensorSet inputs, IReadOnlyList<TensorSpec> outputSpecs, TensorSet outputs)
    {
        var lengths = new Dictionary<string, (long Length, string From)>(StringComparer.Ordinal);
        foreach (var (specs, tensors) in new[] { (inputSpecs, inputs), (outputSpecs, outputs) })
        {
            foreach (var spec in specs)
            {
                Check(engine, spec, tensors.Find(spec.Name) ?? throw LabError.TensorMissing(engine, spec, tensors), lengths);
            }
        }
    }

    static void Check(string engine, TensorSpec spec, HostTensor tensor, Dictionary<string, (long Length, string From)> lengths)
    {
        if (tensor.Type != spec.Type || tensor.Shape.Length != spec.Dimensions.Count) { throw LabError.TensorMismatch(engine, tensor, spec.ToString()); }
        for (var axis = 0; axis < tensor.Shape.Length; axis++)
        {
            var (dimension, length) = (spec.Dimensions[axis], tensor.Shape[axis]);
            if (dimension.IsFixed)
            {
                if (dimension.Length != length) { throw LabError.TensorMismatch(engine, tensor, spec.ToString()); }
            }
            else if (!lengths.TryAdd(dimension.Symbol!, (length, tensor.Name)) && lengths[dimension.Symbol!] is var known && known.Length != length)
            {
                throw LabError.TensorMismatch(engine, tensor, $"{spec} with {dimension} = {known.Length} as in '{known.From}'");
            }
        }
    }
}
