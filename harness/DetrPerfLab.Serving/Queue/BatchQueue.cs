namespace DetrPerfLab.Serving;

/// <summary>What waits for others to make a batch with.</summary>
interface IBatchable
{
    /// <summary>Only equals meet.</summary>
    object SizeClass { get; }

    /// <summary>Whether anybody still waits for the result. Once false, for good.</summary>
    bool IsWanted { get; }
}

/// <summary>Waiting items, of which workers take batches: items of one class, in the order in which they came. A batch is taken when it is full, or when its first item has waited long enough.</summary>
/// <remarks>Nothing is lost and nothing given twice: an item leaves in one batch, or is dropped once nobody wants it, or is removed by its owner.</remarks>
/// <param name="maxWait">Zero takes what is there as soon as a worker asks.</param>
/// <param name="drop">Called for each item that is left out because nobody wants it, outside of the lock.</param>
sealed class BatchQueue<T>(int maxBatch, TimeSpan maxWait, TimeProvider clock, Action<T> drop)
    where T : class, IBatchable
{
    readonly Lock _gate = new();
    readonly List<(T Item, long Since)> _waiting = []; // in the order of arrival; a server's bound keeps it short
    TaskCompletionSource _changed = NewSignal();
    bool _closed;

    internal int Count
    {
        get { lock (_gate) { return _waiting.Count; } }
    }

    /// <exception cref="InvalidOperationException">After <see cref="Close"/>.</exception>
    internal void Add(T item)
    {
        lock (_gate)
        {
            if (_closed) { throw new InvalidOperationException("The queue is closed."); }
            _waiting.Add((item, clock.GetTimestamp()));
        }

        Signal();
    }

    /// <summary>Takes an item out, if it still waits.</summary>
    internal bool Remove(T item)
    {
        lock (_gate) { return _waiting.RemoveAll(w => ReferenceEquals(w.Item, item)) > 0; }
    }

    /// <summary>No more come; what waits is still given out.</summary>
    internal void Close()
    {
        lock (_gate) { _closed = true; }
        Signal();
    }

    /// <summary>The next batch, as soon as there is one; null once the queue is closed and empty.</summary>
    internal async Task<IReadOnlyList<T>?> TakeAsync()
    {
        while (true)
        {
            List<T> dropped = [];
            IReadOnlyList<T>? batch;
            TimeSpan wait;
            Task changed;
            bool ended;
            lock (_gate)
            {
                _waiting.RemoveAll(w =>
                {
                    if (w.Item.IsWanted) { return false; }
                    dropped.Add(w.Item);
                    return true;
                });
                (batch, wait) = Next();
                (changed, ended) = (_changed.Task, _closed && _waiting.Count == 0);
            }

            dropped.ForEach(drop);
            if (batch is not null || ended) { return batch; }
            if (wait == Timeout.InfiniteTimeSpan) { await changed.ConfigureAwait(false); }
            else { await Task.WhenAny(changed, Task.Delay(wait, clock)).ConfigureAwait(false); }
        }
    }

    /// <summary>The class whose first item is the oldest among those that are ready; or how long until the next is.</summary>
    (IReadOnlyList<T>? Batch, TimeSpan Wait) Next()
    {
        var wait = Timeout.InfiniteTimeSpan;
        var seen = new HashSet<object>();
        foreach (var (first, since) in _waiting)
        {
            if (!seen.Add(first.SizeClass)) { continue; }
            List<T> batch = [.. _waiting.Where(w => w.Item.SizeClass.Equals(first.SizeClass)).Take(maxBatch).Select(w => w.Item)];
            var left = maxWait - clock.GetElapsedTime(since);
            if (batch.Count == maxBatch || left <= TimeSpan.Zero || _closed)
            {
                _waiting.RemoveAll(w => batch.Contains(w.Item));
                return (batch, TimeSpan.Zero);
            }

            wait = wait == Timeout.InfiniteTimeSpan || left < wait ? left : wait;
        }

        return (null, wait);
    }

    void Signal()
    {
        TaskCompletionSource changed;
        lock (_gate) { (changed, _changed) = (_changed, NewSignal()); }
        changed.SetResult();
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
