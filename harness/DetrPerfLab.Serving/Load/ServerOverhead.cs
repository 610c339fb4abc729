using System.Diagnostics;
using System.Net;

namespace DetrPerfLab.Serving;

/// <summary>What a server adds to calling the engine: medians in milliseconds of the same pictures, from file to detections, and the share that the server adds, with its interval.</summary>
public sealed record ServerOverhead(int Pairs, double DirectMs, double ServedMs, Interval? Added)
{
    /// <summary>The same pictures, in turns: through the lab's pipeline on the served model's own engine, and as a request over the network. Nothing else is asked of the server meanwhile.</summary>
    public static async Task<ServerOverhead> MeasureAsync(ModelServer server, IReadOnlyList<ReadOnlyMemory<byte>> pictures, int pairs, Action<long, long> progress, CancellationToken stop = default)
    {
        await using var front = await ServingHost.StartAsync(server, new(IPAddress.Loopback, 0)).ConfigureAwait(false);
        using var target = new HttpTarget(front.Url);
        var (direct, served) = (new double[pairs], new double[pairs]);
        var (random, call) = (new DeterministicRandom(seed: 1), server.Holding(model => model.DirectCall()));
        LoadRun.WarmUp(target, pictures, stop);
        for (var i = 0; i < 3; i++) { call(pictures[i % pictures.Count]); }
        for (var i = 0; i < pairs; i++)
        {
            stop.ThrowIfCancellationRequested();
            var picture = pictures[i % pictures.Count];
            if (random.Next(2) == 0) { Direct(); await ServedAsync().ConfigureAwait(false); }
            else { await ServedAsync().ConfigureAwait(false); Direct(); }
            progress(i + 1, pairs);

            void Direct()
            {
                var start = Stopwatch.GetTimestamp();
                call(picture);
                direct[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            async Task ServedAsync()
            {
                var start = Stopwatch.GetTimestamp();
                var result = await target.SendAsync(picture, stop).ConfigureAwait(false);
                served[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                if (result != SendResult.Answered) { throw LabError.CheckFailed($"A request was {result.ToString().ToLowerInvariant()}, needed an answer."); }
            }
        }

        await front.StopAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(false);
        var ratio = Bootstrap.RatioOfMedians(served, direct, paired: true);
        return new(pairs, Quantile.Median(direct), Quantile.Median(served), ratio is { } r ? r with { Value = r.Value - 1, Lower = r.Lower - 1, Upper = r.Upper - 1 } : null);
    }
}
