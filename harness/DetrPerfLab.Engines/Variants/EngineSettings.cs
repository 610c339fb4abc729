namespace DetrPerfLab.Engines;

/// <summary>What is chosen for a run and not by the variant. Engines pass over what they do not have; most are options of ONNX Runtime.</summary>
public sealed record EngineSettings
{
    /// <summary>Threads inside one operator; 0 takes every processor that this process may use.</summary>
    public int Threads { get; init => field = value >= 0 ? value : throw LabError.OutOfRange(value, "0 or more"); }
    public int InterOpThreads { get; init; } = 1; // operators that may run at once; above 1 the graph runs in parallel mode
    public bool Spinning { get; init; } = true; // idle threads spin: lower latency, at the cost of a core's time between operators; libtorch too
    public bool Arena { get; init; } = true; // freed memory is kept for the next inference: faster, at the cost of resident memory
    public bool MemoryPattern { get; init; } = true; // the memory of one inference is planned as one block, for inputs of a known shape

    /// <summary>Weights, laid out for the kernels, that several sessions share; null for a copy in each.</summary>
    public OrtSharedWeights? SharedWeights { get; init; }

    /// <summary>Pairs of tensor sets that stay bound; as many as a caller takes turns with, so that no run binds anew.</summary>
    public int Bindings { get; init; } = 4;

    /// <summary>Adds what looks into ONNX Runtime and changes nothing that is computed: a profile, the saved graph.</summary>
    internal Func<OrtEngineOptions, OrtEngineOptions>? Instrument { get; init; }
    internal int EffectiveThreads => Threads == 0 ? Environment.ProcessorCount : Threads;
}
