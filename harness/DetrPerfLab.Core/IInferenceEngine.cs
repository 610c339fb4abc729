namespace DetrPerfLab.Core;

/// <summary>One way to run a model. Harness, report and commands know nothing else about a backend.</summary>
/// <remarks>Not thread-safe: one engine, one caller.</remarks>
public interface IInferenceEngine : IDisposable
{
    EngineInfo Info { get; }
    IReadOnlyList<TensorSpec> Inputs { get; }
    IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Allocates outputs for these inputs. Where a length is not known beforehand, an engine may run once to learn it.</summary>
    TensorSet AllocateOutputs(TensorSet inputs) => TensorSet.AllocateOutputs(Inputs, inputs, Outputs);

    /// <summary>One forward pass, from a tensor for each of <see cref="Inputs"/> to those of <see cref="AllocateOutputs"/>. Passing the same two sets again reuses their bindings and allocates (almost) nothing.</summary>
    /// <exception cref="LabException">A tensor is missing, or its type or shape does not fit.</exception>
    void Run(TensorSet inputs, TensorSet outputs);

    /// <summary>Blocks until all work handed to the device is done; returns at once where <see cref="Run"/> blocks.</summary>
    void Synchronize();
}

/// <summary>An engine whose runtime keeps accounts of its memory.</summary>
public interface IArenaEngine : IInferenceEngine
{
    /// <summary>The accounts as they stand; not for a timed path.</summary>
    ArenaInfo ReadArena();

    /// <summary>Resident bytes of weights that lie in mapped files; null where the system does not report it.</summary>
    long? ReadMappedWeightsBytes();

    /// <summary>The GPU that it runs on, with what an inference copies; null where it runs on none.</summary>
    GpuInfo? ReadGpu() => null;
}

/// <summary>An engine that can show what flows between its parts, for finding where it leaves a reference.</summary>
public interface IStagedEngine : IInferenceEngine
{
    /// <summary>One forward pass, not for timing, that fills the outputs and returns inner tensors, freshly allocated, in the order of the computation and
    /// named as in a parity manifest: <c>backbone_feature</c>, <c>position_encoding</c>, <c>encoder_memory</c>.</summary>
    IReadOnlyList<HostTensor> RunStages(TensorSet inputs, TensorSet outputs);
}

/// <summary>An engine that can tell the time of its model's parts.</summary>
public interface IModuleTimedEngine : IInferenceEngine
{
    /// <summary>One forward pass, the device brought to rest after each part: a pass of its own, never the one that is timed as a whole. Returns the parts in
    /// the order of the computation; what lies outside them, for example the copy of the results, is in none.</summary>
    IReadOnlyList<ModuleTime> RunModules(TensorSet inputs, TensorSet outputs);
}

/// <summary>What a result file says about the engine that made it: the variant's name, the runtime and the version that it reports, and every option that can change a measurement.</summary>
public sealed record EngineInfo(string Variant, string Runtime, string RuntimeVersion, IReadOnlyDictionary<string, string> Options);
