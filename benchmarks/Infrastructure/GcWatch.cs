using DetrPerfLab.Core;

namespace DetrPerfLab.Benchmarks.Infrastructure;

/// <summary>Counts the collections of the samples; it reads counters between them and allocates nothing.</summary>
sealed class GcWatch
{
    int _gen0, _gen1, _gen2, _operations;
    int _gen0Start, _gen1Start, _gen2Start;
    TimeSpan _pause, _pauseStart, _longest;

    internal void Start()
    {
        (_gen0Start, _gen1Start, _gen2Start) = (GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2));
        _pauseStart = GC.GetTotalPauseDuration();
    }

    internal void Stop(int operations)
    {
        var pause = GC.GetTotalPauseDuration() - _pauseStart;
        _pause += pause;
        if (pause > _longest) { _longest = pause; }
        _gen0 += GC.CollectionCount(0) - _gen0Start;
        _gen1 += GC.CollectionCount(1) - _gen1Start;
        _gen2 += GC.CollectionCount(2) - _gen2Start;
        _operations += operations;
    }

    /// <summary>Of all samples; a generation's count is without the collections of older ones, which the runtime includes.</summary>
    internal GcInfo Info => new()
    {
        Gen0 = _gen0 - _gen1,
        Gen1 = _gen1 - _gen2,
        Gen2 = _gen2,
        TotalPauseMs = _pause.TotalMilliseconds,
        MaxPauseMs = _longest.TotalMilliseconds,
        Operations = _operations,
    };
}
