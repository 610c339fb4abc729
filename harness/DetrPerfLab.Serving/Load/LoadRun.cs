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
    public double? MeanBatch { get; init; } // pictures of an inference; null where the server does not tell
    public long? PeakResidentBytes { get; init; } // of the server, since its start
    public WarmUpInfo? WarmUp { get; init; }

    public double FullShare => Sent > 0 ? (double)Full / Sent : 0;

    /// <summary>How many took longer than that, or were not answered at all.</summary>
    public int Beyond(double ms) => Sent - LatenciesMs.Count(l => l <= ms);
}

/// <summary>Loads with an end, and what became of their requests.</summary>
public static class LoadRun
{
    /// <param name="due">Seconds from the start, rising.</param>
    /// <param name="progress">Told of each that ended: (ended, of all).</param>
    public static LoadResult Run(
        ILoadTarget target, IReadOnlyList<double> due, string arrivals, IReadOnlyList<ReadOnlyMemory<byte>> pictures, Action<long, long>? progress = null, CancellationToken stop = default)
    {
        var before = target.StatsAsync(stop).GetAwaiter().GetResult();
        var start = Stopwatch.GetTimestamp();
        using var stream = new LoadStream(target, due, pictures);
        var ended = new EndedRequest[due.Count];
        for (var i = 0; i < ended.Length; i++)
        {
            ended[i] = stream.Take(stop);
            progress?.Invoke(i + 1, ended.Length);
        }

        var took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var after = target.StatsAsync(stop).GetAwaiter().GetResult();
        int Count(SendResult result) => ended.Count(e => e.Result == result);
        return new()
        {
            Target = target.Name,
            Arrivals = arrivals,
            OfferedRate = due.Count / Math.Max(due[^1], double.Epsilon),
            AchievedRate = Count(SendResult.Answered) / took,
            Sent = due.Count,
            Full = Count(SendResult.Full),
            Late = Count(SendResult.Late),
            Failed = Count(SendResult.Failed),
            LatenciesMs = [.. ended.Where(e => e.Result == SendResult.Answered).OrderBy(e => e.Request).Select(e => e.Ms)],
            LatenessMs = Quantile.Median([.. ended.Select(e => e.LateMs)]),
            MeanBatch = before is null ? null : after?.MeanBatchSince(before),
            PeakResidentBytes = after?.PeakResidentBytes,
        };
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
