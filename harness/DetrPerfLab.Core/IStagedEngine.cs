namespace DetrPerfLab.Core;

/// <summary>An engine that can show what flows between its parts, for finding where it leaves a reference.</summary>
public interface IStagedEngine : IInferenceEngine
{
    /// <summary>One forward pass that also returns inner tensors, freshly allocated. Not for timing.</summary>
    /// <param name="inputs">As for <see cref="IInferenceEngine.Run"/>.</param>
    /// <param name="outputs">As for <see cref="IInferenceEngine.Run"/>; filled.</param>
    /// <returns>In the order of the computation, named as in a parity manifest: <c>backbone_feature</c>, <c>position_encoding</c>, <c>encoder_memory</c>.</returns>
    IReadOnlyList<HostTensor> RunStages(TensorSet inputs, TensorSet outputs);
}
