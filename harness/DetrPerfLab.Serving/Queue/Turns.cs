namespace DetrPerfLab.Serving;

/// <summary>As many inferences at once as the server has workers, whatever model they are of: while one model follows another, or is verified, two engines would take each other's processors. First come, first served.</summary>
sealed class Turns(int workers)
{
    readonly SemaphoreSlim _free = new(workers);

    /// <summary>Waits for a turn, which ends when the result is disposed of.</summary>
    internal Turn Take()
    {
        _free.WaitAsync().GetAwaiter().GetResult(); // keeps to the order of arrival, which Wait does not
        return new(_free);
    }

    /// <summary>The engine for a caller that knows nothing of turns.</summary>
    internal IInferenceEngine Taking(IInferenceEngine engine) => new InTurn(engine, this);

    internal readonly struct Turn(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }

    sealed class InTurn(IInferenceEngine engine, Turns turns) : IInferenceEngine
    {
        public EngineInfo Info => engine.Info;
        public IReadOnlyList<TensorSpec> Inputs => engine.Inputs;
        public IReadOnlyList<TensorSpec> Outputs => engine.Outputs;

        public TensorSet AllocateOutputs(TensorSet inputs)
        {
            using var turn = turns.Take();
            return engine.AllocateOutputs(inputs); // may run once
        }

        public void Run(TensorSet inputs, TensorSet outputs)
        {
            using var turn = turns.Take();
            engine.Run(inputs, outputs);
            engine.Synchronize();
        }

        public void Synchronize()
        {
        }

        public void Dispose()
        {
        }
    }
}
