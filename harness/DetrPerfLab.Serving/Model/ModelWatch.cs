namespace DetrPerfLab.Serving;

/// <summary>Looks at the served model's file, and asks for a change when it is another: once it has lain still for as long as between two looks, since a copy takes time.</summary>
/// <remarks>By size and time of change, which every file system tells; notifications do not come from network folders.</remarks>
sealed class ModelWatch(ModelServer server, string file, TimeSpan every, TimeProvider clock, Action<ModelVersion> told)
{
    (long Length, DateTime Changed)? _served = Stamp(file), _before = Stamp(file);

    internal async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false)) { await LookAsync(stop).ConfigureAwait(false); }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    internal async Task LookAsync(CancellationToken stop)
    {
        var now = Stamp(file);
        var isStill = now == _before;
        _before = now;
        if (now is null || now == _served || !isStill) { return; }
        try { told(await server.ChangeAsync(file, stop).ConfigureAwait(false)); }
        catch (LabException) { return; } // another change is under way: at the next look
        _served = now; // a refused one, too, is not tried again until it changes
    }

    static (long, DateTime)? Stamp(string file) => new FileInfo(file) is { Exists: true } info ? (info.Length, info.LastWriteTimeUtc) : null;
}
