using System.Collections.Concurrent;
using System.Diagnostics;

namespace DetrPerfLab.Serving;

/// <summary>What a load did: raw latencies in milliseconds, each from the moment the request was due to its answer, those that were answered only.</summary>
public sealed record LoadResult
{
    public required string Target { get; init; }
    public required string Arrivals { get; init; } // in words
    public double OfferedRate { get; init; } // requests a second that were due
    public double AchievedRate { get; init; } // answers a second, until the last
    public int Sent { get; init; }
    public int Full { get; init; }
    public int Late { get; init; }
    public int Failed { get; init; }
    public required IReadOnlyList<double> LatenciesMs { get; init; } // in the order of their due times
    public double LatenessMs { get; init; } // of the generator: median time from due to sent
    public double? MeanBatch { get; init; }
    public long? PeakResidentBytes { get; init; } // of the server
    public WarmUpInfo? WarmUp { get; init; }

    public double FullShare => Sent > 0 ? (double)Full / Sent : 0;

    /// <summary>How many took longer than that, or were not answered at all.</summary>
    public int Beyond(double ms) => Sent - LatenciesMs.Count(l => l <= ms);
}

/// <summary>Sends requests when they are due, whatever became of those before: a slow server does not slow its users down.</summary>
/// <remarks>Latencies are counted from when a request was due, so that none is left out of the figures by waiting to be sent. Source: Tene, "How not to measure latency", 2013; MLPerf inference, server scenario.</remarks>
public static class LoadRun
{
    /// <param name="due">Seconds from the start, rising.</param>
    /// <param name="progress">Told now and then: (sent, of all).</param>
    public static async Task<LoadResult> RunAsync(
        ILoadTarget target, IReadOnlyList<double> due, string arrivals, IReadOnlyList<ReadOnlyMemory<byte>> pictures, Action<long, long>? progress = null, CancellationToken stop = default)
    {
        var (latencies, lateness) = (new ConcurrentBag<(int Request, double Ms)>(), new double[due.Count]);
        var results = new int[Enum.GetValues<SendResult>().Length];
        var running = new List<Task>(due.Count);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < due.Count; i++)
        {
            var wait = TimeSpan.FromSeconds(due[i]) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) { await Task.Delay(wait, stop).ConfigureAwait(false); }
            stop.ThrowIfCancellationRequested();
            lateness[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds - (1000 * due[i]);
            running.Add(SendAsync(i));
            progress?.Invoke(i + 1, due.Count);
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var stats = await target.StatsAsync(stop).ConfigureAwait(false);
        return new()
        {
            Target = target.Name,
            Arrivals = arrivals,
            OfferedRate = due.Count / Math.Max(due[^1], double.Epsilon),
            AchievedRate = results[(int)SendResult.Answered] / took,
            Sent = due.Count,
            Full = results[(int)SendResult.Full],
            Late = results[(int)SendResult.Late],
            Failed = results[(int)SendResult.Failed],
            LatenciesMs = [.. latencies.OrderBy(l => l.Request).Select(l => l.Ms)],
            LatenessMs = Quantile.Median(lateness),
            MeanBatch = stats?.MeanBatch,
            PeakResidentBytes = stats?.PeakResidentBytes,
        };

        async Task SendAsync(int request)
        {
            await Task.Yield(); // the next is not kept waiting
            var result = await target.SendAsync(pictures[request % pictures.Count], stop).ConfigureAwait(false);
            var ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds - (1000 * due[request]);
            Interlocked.Increment(ref results[(int)result]);
            if (result == SendResult.Answered) { latencies.Add((request, ms)); }
        }
    }

    /// <summary>One request after another until their time is steady, by the lab's rule. Returns with it the median of the last ones, milliseconds.</summary>
    /// <exception cref="LabException">A request is not answered.</exception>
    public static (WarmUpInfo Info, double MedianMs) WarmUp(ILoadTarget target, IReadOnlyList<ReadOnlyMemory<byte>> pictures, CancellationToken stop)
    {
        var (next, times) = (0, new List<double>());
        var info = new WarmUp(new() { CapMs = 60_000 }).Run(new ActionOperation(() =>
        {
            stop.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            var result = target.SendAsync(pictures[next++ % pictures.Count], stop).GetAwaiter().GetResult();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (result != SendResult.Answered) { throw LabError.BadInput($"{target.Name} does not answer: a single request is {result.ToString().ToLowerInvariant()}. Needed a server that takes an image by POST and answers 200."); }
        }));
        return (info, Quantile.Median([.. times.TakeLast(Math.Max(3, times.Count / 2))]));
    }
}
