namespace DetrPerfLab.Core;

/// <summary>An engine whose runtime keeps accounts of its memory.</summary>
public interface IArenaEngine : IInferenceEngine
{
    /// <summary>The accounts as they stand; not for a timed path.</summary>
    ArenaInfo ReadArena();

    /// <summary>Resident bytes of weights that lie in mapped files; null where the system does not tell.</summary>
    long? ReadMappedWeightsBytes();

    /// <summary>The GPU that it runs on, with what an inference copies; null where it runs on none.</summary>
    GpuInfo? ReadGpu() => null;
}
