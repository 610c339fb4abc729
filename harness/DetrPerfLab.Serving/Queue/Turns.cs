namespace DetrPerfLab.Serving;

/// <summary>As many inferences at once as the server has workers, whatever model they are of: while one model follows another, or is verified, two engines would take each other's processors.</summary>
/// <remarks>Who came first goes first, so that the old model ends its requests before the new one begins: where they alternate, the threads of the one still spin while the other runs.</remarks>
sealed class Turns(int workers)
{
    readonly Lock _gate = new();
    readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    int _free = workers;

    /// <summary>Waits for a turn, which ends when the result is disposed of.</summary>
    /// <param name="since">Timestamp of the arrival of what is to run.</param>
    internal Turn Take(long since)
    {
        TaskCompletionSource? mine = null;
        lock (_gate)
        {
            if (_free > 0) { _free--; }
            else { _waiting.Enqueue(mine = new(TaskCreationOptions.RunContinuationsAsynchronously), since); }
        }

        mine?.Task.GetAwaiter().GetResult();
        return new(this);
    }

    /// <summary>The engine for a caller that knows nothing of turns; all that it runs counts as come at <paramref name="since"/>.</summary>
    internal IInferenceEngine Taking(IInferenceEngine engine, long since) => new InTurn(engine, this, since);

    void End()
    {
        lock (_gate)
        {
            if (_waiting.TryDequeue(out var next, out _)) { next.SetResult(); }
            else { _free++; }
        }
    }

    internal readonly struct Turn(Turns turns) : IDisposable
    {
        public void Dispose() => turns.End();
    }

    sealed class InTurn(IInferenceEngine engine, Turns turns, long since) : IInferenceEngine
    {
        public EngineInfo Info => engine.Info;
        public IReadOnlyList<TensorSpec> Inputs => engine.Inputs;
        public IReadOnlyList<TensorSpec> Outputs => engine.Outputs;

        public TensorSet AllocateOutputs(TensorSet inputs)
        {
            using var turn = turns.Take(since);
            return engine.AllocateOutputs(inputs); // may run once
        }

        public void Run(TensorSet inputs, TensorSet outputs)
        {
            using var turn = turns.Take(since);
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
