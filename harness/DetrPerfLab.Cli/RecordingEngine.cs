namespace DetrPerfLab.Cli;

/// <summary>Runs the engine once and keeps what it was given, so that the steps around it can be timed alone and the engine apart from them.</summary>
/// <param name="engine">Not owned.</param>
sealed class RecordingEngine(IInferenceEngine engine) : IInferenceEngine
{
    /// <summary>What the engine was given.</summary>
    internal TensorSet? Given { get; private set; }

    public EngineInfo Info => engine.Info;

    public IReadOnlyList<TensorSpec> Inputs => engine.Inputs;

    public IReadOnlyList<TensorSpec> Outputs => engine.Outputs;

    public TensorSet AllocateOutputs(TensorSet inputs) => engine.AllocateOutputs(inputs);

    /// <summary>Leaves the outputs of the first run where they are.</summary>
    public void Run(TensorSet inputs, TensorSet outputs)
    {
        if (ReferenceEquals(Given, inputs)) { return; }
        engine.Run(inputs, outputs);
        engine.Synchronize();
        Given = inputs;
    }

    public void Synchronize()
    {
    }

    public void Dispose()
    {
    }
}
