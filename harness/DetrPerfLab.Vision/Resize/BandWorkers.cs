namespace DetrPerfLab.Vision;

/// <summary>Runs work that is cut into bands on the calling thread and on helpers of the thread pool, allocating nothing once made.</summary>
/// <remarks>
/// The work takes (band, worker) and must not throw. Two bands of one worker never run at once, so that each worker can own buffers.
/// <see cref="Parallel"/> allocates on each call. A helper that the pool starts too late finds itself recalled and does nothing, so a busy pool
/// costs speed only. Not for two callers at once.
/// </remarks>
sealed class BandWorkers(int threads, Action<int, int> work)
{
    readonly Helper[] _helpers = [.. Enumerable.Range(1, threads - 1).Select(worker => new Helper(worker))];
    int _bands;
    int _next;

    internal int Threads => _helpers.Length + 1;

    /// <summary>Returns when all bands are done.</summary>
    internal void Run(int bands)
    {
        (_bands, _next) = (bands, 0);
        foreach (var helper in _helpers.AsSpan(0, Math.Clamp(bands - 1, 0, _helpers.Length))) { helper.Call(this); }
        TakeBands(worker: 0);
        foreach (var helper in _helpers) { helper.RecallOrWait(); }
    }

    void TakeBands(int worker)
    {
        while (Interlocked.Increment(ref _next) - 1 is var band && band < _bands) { work(band, worker); }
    }

    sealed class Helper(int worker) : IThreadPoolWorkItem
    {
        const int Idle = 0; // not in the pool's queue
        const int Called = 1; // in the queue, to work when it comes up
        const int Recalled = 2; // in the queue, to do nothing when it comes up
        const int Running = 3;

        BandWorkers? _owner;
        int _state;

        internal void Call(BandWorkers owner)
        {
            _owner = owner;
            if (Interlocked.CompareExchange(ref _state, Called, Recalled) == Recalled) { return; } // still queued from before
            Volatile.Write(ref _state, Called);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        internal void RecallOrWait()
        {
            if (Interlocked.CompareExchange(ref _state, Recalled, Called) is Called) { return; }
            var spin = default(SpinWait);
            while (Volatile.Read(ref _state) == Running) { spin.SpinOnce(sleep1Threshold: -1); } // a band is at most some 100 µs
        }

        public void Execute()
        {
            while (Interlocked.CompareExchange(ref _state, Running, Called) != Called)
            {
                // Recalled: leave the queue, unless called again at this very moment.
                if (Interlocked.CompareExchange(ref _state, Idle, Recalled) == Recalled) { return; }
            }

            _owner!.TakeBands(worker);
            Volatile.Write(ref _state, Idle);
        }
    }
}
