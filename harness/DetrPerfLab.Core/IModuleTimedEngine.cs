namespace DetrPerfLab.Core;

/// <summary>An engine that can tell the time of its model's parts.</summary>
public interface IModuleTimedEngine : IInferenceEngine
{
    /// <summary>One forward pass, the device brought to rest after each part: a pass of its own, never the one that is timed as a whole.</summary>
    /// <param name="inputs">As for <see cref="IInferenceEngine.Run"/>.</param>
    /// <param name="outputs">As for <see cref="IInferenceEngine.Run"/>; filled.</param>
    /// <returns>In the order of the computation. What lies outside the parts, for example the copy of the results, is in none.</returns>
    IReadOnlyList<ModuleTime> RunModules(TensorSet inputs, TensorSet outputs);
}
