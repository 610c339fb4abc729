using System.Collections.Concurrent;
using System.Diagnostics;

namespace DetrPerfLab.Serving;

/// <summary>A load that goes on until it is disposed, for whoever measures what becomes of it: requests when they are due, whatever became of those before.</summary>
public sealed class LoadStream : IDisposable
{
    readonly ILoadTarget _target;
    readonly IReadOnlyList<ReadOnlyMemory<byte>> _pictures;
    readonly BlockingCollection<(SendResult Result, double Ms)> _done = [];
    readonly CancellationTokenSource _stop = new();
    readonly Task _sending;
    readonly long _start = Stopwatch.GetTimestamp();
    int _sent, _answered, _full;

    /// <param name="due">Seconds from the start, rising, without end.</param>
    public LoadStream(ILoadTarget target, IEnumerable<double> due, IReadOnlyList<ReadOnlyMemory<byte>> pictures)
    {
        (_target, _pictures) = (target, pictures);
        _sending = Task.Run(() => SendAsync(due));
    }

    /// <summary>Of all requests so far.</summary>
    public double FullShare => _sent > 0 ? (double)_full / _sent : 0;
    public double OfferedRate => _sent / Stopwatch.GetElapsedTime(_start).TotalSeconds; // requests a second so far
    public double AchievedRate => _answered / Stopwatch.GetElapsedTime(_start).TotalSeconds; // answers a second so far

    /// <summary>Waits until so many more requests have ended; the latencies of those that were answered, milliseconds from when they were due.</summary>
    /// <exception cref="LabException">None was.</exception>
    public IReadOnlyList<double> Next(int requests)
    {
        var latencies = new List<double>();
        for (var i = 0; i < requests; i++)
        {
            var (result, ms) = _done.Take(_stop.Token);
            if (result == SendResult.Answered) { latencies.Add(ms); }
        }

        return latencies.Count > 0 ? latencies : throw LabError.CheckFailed($"{_target.Name}: none of {requests} requests was answered.");
    }

    async Task SendAsync(IEnumerable<double> due)
    {
        foreach (var (i, at) in due.Index())
        {
            var wait = TimeSpan.FromSeconds(at) - Stopwatch.GetElapsedTime(_start);
            if (wait > TimeSpan.Zero) { await Task.Delay(wait, _stop.Token).ConfigureAwait(false); }
            if (_stop.IsCancellationRequested) { return; }
            Interlocked.Increment(ref _sent);
            _ = OneAsync(i, at);
        }
    }

    async Task OneAsync(int request, double due)
    {
        await Task.Yield(); // the next is not kept waiting
        try
        {
            var result = await _target.SendAsync(_pictures[request % _pictures.Count], _stop.Token).ConfigureAwait(false);
            if (result == SendResult.Answered) { Interlocked.Increment(ref _answered); }
            if (result == SendResult.Full) { Interlocked.Increment(ref _full); }
            _done.Add((result, Stopwatch.GetElapsedTime(_start).TotalMilliseconds - (1000 * due)));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The load has ended.
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        try { _sending.Wait(); }
        catch (AggregateException e) when (e.InnerException is OperationCanceledException)
        {
            // It waited for the next request.
        }
    }
}
