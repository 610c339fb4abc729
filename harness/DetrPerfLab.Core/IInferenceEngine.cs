namespace DetrPerfLab.Core;

/// <summary>One way to run a model. Harness, report and commands know nothing else about a backend.</summary>
/// <remarks>Not thread-safe: one engine, one caller.</remarks>
public interface IInferenceEngine : IDisposable
{
    /// <summary>What runs: variant, runtime and its version, options.</summary>
    EngineInfo Info { get; }

    /// <summary>What the model takes.</summary>
    IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>What the model gives.</summary>
    IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Allocates outputs for these inputs. Where a length cannot be told beforehand, an engine may run once to learn it.</summary>
    TensorSet AllocateOutputs(TensorSet inputs) => TensorSet.AllocateOutputs(Inputs, inputs, Outputs);

    /// <summary>One forward pass. Passing the same two sets again reuses their bindings and allocates (almost) nothing.</summary>
    /// <param name="inputs">One tensor for each of <see cref="Inputs"/>.</param>
    /// <param name="outputs">One tensor for each of <see cref="Outputs"/>, from <see cref="AllocateOutputs"/>; filled.</param>
    /// <exception cref="LabException">A tensor is missing, or its type or shape does not fit.</exception>
    void Run(TensorSet inputs, TensorSet outputs);

    /// <summary>Blocks until all work handed to the device is done; returns at once where <see cref="Run"/> blocks.</summary>
    void Synchronize();
}

/// <summary>What a result file says about the engine that made it.</summary>
/// <param name="Variant">The variant's fixed name, for example <c>ort-fp32</c>.</param>
/// <param name="Runtime">For example <c>ONNX Runtime</c>.</param>
/// <param name="RuntimeVersion">What the runtime says of itself.</param>
/// <param name="Options">Everything that can change a measurement, by name.</param>
public sealed record EngineInfo(
    string Variant, string Runtime, string RuntimeVersion, IReadOnlyDictionary<string, string> Options);
