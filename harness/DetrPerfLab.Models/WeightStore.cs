using System.Diagnostics.CodeAnalysis;

namespace DetrPerfLab.Models;

/// <summary>One tensor of a state dict, float32, dense, row-major.</summary>
/// <param name="Name">The official DETR name.</param>
/// <param name="Shape">Elements an axis; empty for a scalar.</param>
/// <param name="Data">The elements; as many as the product of <paramref name="Shape"/>.</param>
public sealed record WeightTensor(string Name, IReadOnlyList<long> Shape, float[] Data);

/// <summary>The weights of one DETR under the official names, whatever file they came from.</summary>
/// <param name="config">The shape of the model.</param>
/// <param name="tensors">Every tensor of the official state dict, but for <c>num_batches_tracked</c>.</param>
/// <param name="source">Where they came from: <c>synthetic-v1</c> or a file name.</param>
/// <param name="sha256">Hash of the source: of the file, or of names, shapes and values for synthetic weights. Lower-case hex.</param>
public sealed class WeightStore(DetrConfig config, IEnumerable<WeightTensor> tensors, string source, string sha256)
{
    readonly Dictionary<string, WeightTensor> _tensors = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>The shape of the model.</summary>
    public DetrConfig Config { get; } = config;

    /// <summary>Where the weights came from.</summary>
    public string Source { get; } = source;

    /// <summary>Hash of the source, lower-case hex.</summary>
    public string Sha256 { get; } = sha256;

    /// <summary>All tensors.</summary>
    public IReadOnlyCollection<WeightTensor> Tensors => _tensors.Values;

    /// <summary>The tensor of that official name.</summary>
    public WeightTensor this[string name] =>
        TryGet(name, out var tensor) ? tensor : throw new KeyNotFoundException($"No weight '{name}' in {Source}.");

    /// <summary>Looks a tensor up by its official name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out WeightTensor? tensor) => _tensors.TryGetValue(name, out tensor);
}
