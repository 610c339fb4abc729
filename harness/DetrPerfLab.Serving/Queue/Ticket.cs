namespace DetrPerfLab.Serving;

/// <summary>An inference that is done, and how many still read its outputs; the last gives the tensors back.</summary>
sealed class FinishedRun(TensorSet outputs, int readers, Action free)
{
    int _readers = readers;

    internal TensorSet Outputs => outputs;

    internal void Release()
    {
        if (Interlocked.Decrement(ref _readers) == 0) { free(); }
    }
}

/// <summary>When what happened to a ticket, in the clock's timestamps; 0: not yet.</summary>
sealed class TicketTimes
{
    internal long Arrived { get; set; }
    internal long PrepareStarted { get; set; }
    internal long Prepared { get; set; }
    internal long RunStarted { get; set; }
    internal long RunEnded { get; set; }
    internal int Batch { get; set; } // pictures of its inference
}

/// <summary>One picture, or one set of tensors, on its way through a model.</summary>
/// <param name="due">Timestamp after which nobody waits for the answer.</param>
sealed class Ticket(ReadOnlyMemory<byte> file, string name, long due, TimeProvider clock) : IBatchable
{
    readonly TaskCompletionSource<(FinishedRun Run, int Index)> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Action? _free;

    internal ReadOnlyMemory<byte> File => file;
    internal string Name => name;
    internal TicketTimes Times { get; } = new() { Arrived = clock.GetTimestamp() };
    internal TensorPair? Tensors { get; private set; }
    internal ImageSize Size { get; private set; } // of the picture

    public object SizeClass { get; private set; } = new(); // until it is prepared: no other's
    public bool IsWanted => !_done.Task.IsCompleted && clock.GetTimestamp() < due;

    /// <summary>The outputs and this picture's place among them. Whoever gets them releases them.</summary>
    internal Task<(FinishedRun Run, int Index)> Done => _done.Task;

    /// <param name="free">Gives the tensors back, and with them the leave to prepare another.</param>
    internal void Prepare(TensorPair tensors, ImageSize size, object sizeClass, Action free)
    {
        (Tensors, Size, SizeClass, _free) = (tensors, size, sizeClass, free);
        Times.Prepared = clock.GetTimestamp();
    }

    /// <summary>Once only, whoever comes first.</summary>
    internal void FreeTensors() => Interlocked.Exchange(ref _free, null)?.Invoke();

    internal void Complete(FinishedRun run, int index)
    {
        if (!_done.TrySetResult((run, index))) { run.Release(); } // nobody waits any more
    }

    internal void Fail(Exception why) => _done.TrySetException(why);

    /// <summary>Its owner waits no longer.</summary>
    internal void Abandon()
    {
        if (_done.TrySetCanceled()) { return; }
        if (_done.Task.IsCompletedSuccessfully) { _done.Task.Result.Run.Release(); }
        _ = _done.Task.Exception; // seen, so that nobody reports it as overlooked
    }
}
