using System.Collections.Concurrent;
using System.Diagnostics;

namespace DetrPerfLab.Serving;

/// <summary>A request that is over.</summary>
/// <param name="Request">Its place among those of the load.</param>
/// <param name="Ms">From when it was due until its answer.</param>
/// <param name="LateMs">From when it was due until it was sent: the generator's own.</param>
readonly record struct EndedRequest(int Request, SendResult Result, double Ms, double LateMs);

/// <summary>Sends requests when they are due, whatever became of those before: a slow server does not slow its users down. Goes on until its times end, or it is disposed.</summary>
/// <remarks>Latencies are counted from when a request was due, so that none is left out of the figures by waiting to be sent. Source: Tene, "How not to measure latency", 2013; MLPerf inference, server scenario.</remarks>
public sealed class LoadStream : IDisposable
{
    readonly ILoadTarget _target;
    readonly IReadOnlyList<ReadOnlyMemory<byte>> _pictures;
    readonly BlockingCollection<EndedRequest> _ended = [];
    readonly CancellationTokenSource _stop = new();
    readonly Task _sending;
    readonly long _start = Stopwatch.GetTimestamp();
    int _sent, _answered, _full;

    /// <param name="due">Seconds from the start, rising; without end where the load is to go on.</param>
    public LoadStream(ILoadTarget target, IEnumerable<double> due, IReadOnlyList<ReadOnlyMemory<byte>> pictures)
    {
        (_target, _pictures) = (target, pictures);
        _sending = Task.Run(() => SendAsync(due));
    }

    public double FullShare => _sent > 0 ? (double)_full / _sent : 0; // of all requests so far, those that were told to come again
    public double AchievedRate => _answered / Stopwatch.GetElapsedTime(_start).TotalSeconds; // answers a second so far

    /// <summary>Waits until so many more requests have ended; the latencies of those that were answered, milliseconds from when they were due.</summary>
    /// <exception cref="LabException">None was.</exception>
    public IReadOnlyList<double> Next(int requests)
    {
        double[] latencies = [.. Enumerable.Range(0, requests).Select(_ => Take(default)).Where(e => e.Result == SendResult.Answered).Select(e => e.Ms)];
        return latencies.Length > 0 ? latencies : throw LabError.CheckFailed($"{_target.Name}: none of {requests} requests was answered.");
    }

    /// <summary>Waits for the next request to end.</summary>
    internal EndedRequest Take(CancellationToken stop) => _ended.Take(stop);

    async Task SendAsync(IEnumerable<double> due)
    {
        foreach (var (request, at) in due.Index())
        {
            // A timer takes whole milliseconds, rounded down, and its clock is not this one: what it sends early would have latencies that are too short.
            while (!_stop.IsCancellationRequested && (1000 * at) - Stopwatch.GetElapsedTime(_start).TotalMilliseconds is > 0 and var wait) { await Task.Delay((int)Math.Ceiling(wait), _stop.Token).ConfigureAwait(false); }
            if (_stop.IsCancellationRequested) { return; }
            Interlocked.Increment(ref _sent);
            _ = OneAsync(request, at);
        }
    }

    async Task OneAsync(int request, double due)
    {
        double SinceDueMs() => Stopwatch.GetElapsedTime(_start).TotalMilliseconds - (1000 * due);
        var late = SinceDueMs();
        await Task.Yield(); // the next is not kept waiting
        var result = SendResult.Failed;
        try { result = await _target.SendAsync(_pictures[request % _pictures.Count], _stop.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) { return; } // the load has ended
        catch (ObjectDisposedException) { return; }
        catch (Exception)
        {
            // Whatever it was: the request has failed, and is counted so.
        }

        if (result == SendResult.Answered) { Interlocked.Increment(ref _answered); }
        if (result == SendResult.Full) { Interlocked.Increment(ref _full); }
        _ended.Add(new(request, result, SinceDueMs(), late));
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
