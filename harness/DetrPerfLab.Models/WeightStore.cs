using System.Diagnostics.CodeAnalysis;

namespace DetrPerfLab.Models;

/// <summary>One tensor of a state dict under its official name: float32, dense, row-major; a scalar has no axes.</summary>
public sealed record WeightTensor(string Name, IReadOnlyList<long> Shape, float[] Data);

/// <summary>The weights of one model under the official names, whatever file they came from.</summary>
public sealed class WeightStore(ModelConfig model, IEnumerable<WeightTensor> tensors, string source, string sha256)
{
    readonly Dictionary<string, WeightTensor> _tensors = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);

    public ModelConfig Model => model;
    public DetrConfig Config => (DetrConfig)model; // of a DETR
    public string Source { get; } = source; // synthetic-v1 or a file name
    public string Sha256 { get; } = sha256; // of the file, or of names, shapes and values of synthetic weights
    public string? Note { get; init; } // where in the file the weights were, and what was passed over; null where there is nothing to say
    public IReadOnlyCollection<WeightTensor> Tensors => _tensors.Values; // all tensors of the official state dict but num_batches_tracked, in its order

    /// <exception cref="LabException">The checkpoint lacks it.</exception>
    public WeightTensor this[string name] => TryGet(name, out var tensor)
        ? tensor
        : throw LabError.BadInput($"'{Source}' has no tensor '{name}', which a model of its shape needs. Take a complete checkpoint.");

    public bool TryGet(string name, [NotNullWhen(true)] out WeightTensor? tensor) => _tensors.TryGetValue(name, out tensor);
}
