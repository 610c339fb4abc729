namespace DetrPerfLab.Engines;

/// <summary>How far ONNX Runtime rewrites the graph before it runs.</summary>
enum GraphOptimization
{
    Disabled, // runs the file as it is
    Basic, // constants folded, redundant nodes dropped; still standard operators
    Extended, // fused into ONNX Runtime's own operators
    All, // also the memory layout that suits the processor
}

/// <summary>Where ONNX Runtime runs.</summary>
public enum OrtDevice
{
    Cpu,
    Cuda, // an NVIDIA GPU; what it cannot do runs on the processor
    TensorRt, // the same through TensorRT, which compiles the graph; what it cannot do runs as with Cuda
}

/// <summary>Everything that can change a measurement with ONNX Runtime. Written verbatim into each result file.</summary>
/// <remarks>What a user chooses is described at <see cref="EngineSettings"/>.</remarks>
sealed record OrtEngineOptions
{
    internal OrtDevice Device { get; init; } = OrtDevice.Cpu;

    /// <summary>Threads inside one operator; 0 leaves the choice to ONNX Runtime, which counts the machine's cores and not the container's.</summary>
    internal int IntraOpThreads
    {
        get;
        init => field = value >= 0 ? value : throw LabError.OutOfRange(value, "0 or more");
    } = Environment.ProcessorCount;

    /// <summary>Operators that may run at once; above 1 the graph runs in parallel mode.</summary>
    internal int InterOpThreads
    {
        get;
        init => field = value >= 1 ? value : throw LabError.OutOfRange(value, "1 or more");
    } = 1;

    internal GraphOptimization Optimization { get; init; } = GraphOptimization.All;
    internal bool Spinning { get; init; } = true;
    internal bool Arena { get; init; } = true;
    internal bool MemoryPattern { get; init; } = true;
    internal bool Prepacking { get; init; } = true; // of constant weights for the kernels at load: costs memory, saves time
    internal OrtSharedWeights? SharedWeights { get; init; }

    /// <summary>Pairs of tensor sets that stay bound; the one bound first makes room for another. Each is kept alive.</summary>
    internal int Bindings
    {
        get;
        init => field = value >= 1 ? value : throw LabError.OutOfRange(value, "1 or more");
    } = 4;

    internal string? ProfilePrefix { get; init; } // start of the profile's path; OrtEngine.EndProfiling writes it
    internal string? OptimizedModelPath { get; init; }
    internal IReadOnlyDictionary<string, string> ProviderOptions { get; init; } = new Dictionary<string, string>(); // of the GPU, by ONNX Runtime's keys
    internal string? EngineCache { get; init; } // folder in which TensorRT keeps what it compiled, which takes minutes; null compiles at each load

    /// <summary>The options by name, for <see cref="EngineInfo"/>; paths, which change nothing that is measured, are reduced to whether they are set.</summary>
    internal IReadOnlyDictionary<string, string> Describe()
    {
        var described = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["device"] = Device == OrtDevice.Cpu ? "cpu" : $"{Device.ToString().ToLowerInvariant()}:{CudaRuntime.Device}",
            ["intra_op_threads"] = IntraOpThreads.ToString(CultureInfo.InvariantCulture),
            ["inter_op_threads"] = InterOpThreads.ToString(CultureInfo.InvariantCulture),
            ["graph_optimization"] = Optimization.ToString().ToLowerInvariant(),
            ["spinning"] = OnOff(Spinning),
            ["arena"] = OnOff(Arena),
            ["memory_pattern"] = OnOff(MemoryPattern),
            ["prepacking"] = OnOff(Prepacking),
            ["shared_weights"] = OnOff(SharedWeights is not null),
            ["profiling"] = OnOff(ProfilePrefix is not null),
        };
        foreach (var (key, value) in ProviderOptions) { described[key] = value; }
        if (Device != OrtDevice.Cpu) { described["io_binding"] = "device buffers, bound once; inputs and outputs are copied in each inference"; }
        if (Device == OrtDevice.TensorRt) { described["engine_cache"] = OnOff(EngineCache is not null); }
        return described;
    }

    static string OnOff(bool value) => value ? "on" : "off";
}
