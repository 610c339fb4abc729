using System.Collections;

namespace DetrPerfLab.Core;

/// <summary>The tensors of one inference, by name. An engine binds a set once and recognises it by reference.</summary>
public sealed class TensorSet(params IReadOnlyList<HostTensor> tensors) : IReadOnlyList<HostTensor>
{
    public HostTensor this[string name] =>
        Find(name) ?? throw new KeyNotFoundException($"No tensor '{name}'; there are: {string.Join("; ", tensors)}.");

    public HostTensor this[int index] => tensors[index];

    public int Count => tensors.Count;

    public HostTensor? Find(string name)
    {
        for (var i = 0; i < tensors.Count; i++) // an enumerator would be allocated at each inference
        {
            if (tensors[i].Name == name) { return tensors[i]; }
        }

        return null;
    }

    /// <summary>Allocates the outputs that belong to these inputs: each symbol takes the length that it has in an input, where it must occur.</summary>
    public static TensorSet AllocateOutputs(
        IReadOnlyList<TensorSpec> inputSpecs, TensorSet inputs, IReadOnlyList<TensorSpec> outputSpecs)
    {
        var lengths = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var spec in inputSpecs)
        {
            if (inputs.Find(spec.Name) is not { } input) { continue; }
            for (var axis = 0; axis < spec.Dimensions.Count && axis < input.Shape.Length; axis++)
            {
                if (spec.Dimensions[axis].Symbol is { } symbol) { lengths[symbol] = input.Shape[axis]; }
            }
        }

        return new TensorSet([.. outputSpecs.Select(spec => new HostTensor(
            spec.Name, spec.Type, [.. spec.Dimensions.Select(d => d.IsFixed ? d.Length : lengths[d.Symbol!])]))]);
    }

    public TensorSet Copy() => new([.. tensors.Select(t =>
    {
        var copy = new HostTensor(t.Name, t.Type, t.Shape);
        t.Bytes.CopyTo(copy.Bytes);
        return copy;
    })]);

    public IEnumerator<HostTensor> GetEnumerator() => tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
