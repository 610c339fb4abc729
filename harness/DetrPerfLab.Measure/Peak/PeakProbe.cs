using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace DetrPerfLab.Measure;

/// <summary>Measures the machine's peak rates, which say how much of them an inference uses.</summary>
/// <remarks>float32 and memory are measured in C#. .NET offers no 512-bit VNNI, so INT8 comes from an engine: hand a matrix product of it to
/// <see cref="Attain"/>. The best of several trials counts: neighbours only ever take speed away.</remarks>
public static class PeakProbe
{
    // Short enough that some fall between a neighbour's turns, many enough that one does.
    const int Trials = 30;
    const double TrialMs = 10;

    /// <summary>float32 multiply-adds on that many threads at once.</summary>
    public static PeakInfo MeasureFp32(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        return new("fp32", BestRate(threads, MultiplyForAWhile) / 1e9, GemmKernel.Name);
    }

    /// <summary>Bytes read a second by that many threads at once from far more memory than the caches hold, in 10^9.</summary>
    /// <param name="bytesAThread">At least several times the last-level cache over all threads.</param>
    public static double MeasureMemoryGbPerSecond(int threads, int bytesAThread = 128 << 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesAThread, 1 << 16);
        var buffers = Enumerable.Range(0, threads).Select(_ => new byte[bytesAThread]).ToArray();
        foreach (var buffer in buffers) { buffer.AsSpan().Fill(1); } // untouched pages are all the same zero page
        return BestRate(threads, i => ReadOnce(buffers[i])) / 1e9;
    }

    /// <summary>The best rate that an operation reaches, for example an INT8 matrix product of an engine.</summary>
    /// <param name="operation">Warm, long enough for the clock (10 ms or more).</param>
    /// <param name="operationsARun">Arithmetic operations of one run, a multiply-add counted as two.</param>
    public static PeakInfo Attain(IOperation operation, double operationsARun, string precision, string how, TimeProvider? clock = null)
    {
        var meter = new LatencyMeter(clock);
        var shortest = Enumerable.Range(0, Trials).Min(_ => meter.Measure(operation));
        return new(precision, operationsARun / shortest / 1e6, how);
    }

    /// <summary>The machine with its peaks, of one thread and of all cores: from the cache where this fingerprint was measured before, else measured, and kept unless the machine was busy.</summary>
    public static MachineInfo WithPeaks(
        MachineInfo machine, string cacheFolder, Func<int, IEnumerable<PeakInfo>>? more = null, ICounterSource? counters = null)
    {
        var path = Path.Combine(cacheFolder, $"peak-{machine.Fingerprint}.json");
        if (ReadCache(path) is not { Peaks.Count: > 0 } cached || cached.Peaks.Any(p => p.Threads is null)) // an older build probed all cores only
        {
            var watch = ContaminationWatch.Start(counters);
            IEnumerable<PeakInfo> With(int threads) => (more?.Invoke(threads) ?? []).Prepend(MeasureFp32(threads)).Select(p => p with { Threads = threads });
            cached = new([.. new SortedSet<int> { 1, machine.Cores }.SelectMany(With)], MeasureMemoryGbPerSecond(machine.Cores));
            if (watch.Stop(ContaminationLimits.Quiet).Verdict != ContaminationVerdict.Contaminated)
            {
                LabJson.Write(path, cached);
            }
        }

        return machine with { Peaks = cached.Peaks, MemoryGbPerSecond = cached.MemoryGbPerSecond };
    }

    sealed record Cache(IReadOnlyList<PeakInfo> Peaks, double MemoryGbPerSecond);

    static Cache? ReadCache(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<Cache>(File.ReadAllText(path), LabJson.Options) : null;
        }
        catch (JsonException)
        {
            return null; // a cache that cannot be read is measured anew
        }
    }

    /// <summary>All threads' work over the time from the first start to the last end: a trial in which they did not run side by side scores low, not high.</summary>
    internal static double RateOf(IReadOnlyList<ThreadTrial> trials) => trials.Sum(t => t.Work)
        / Stopwatch.GetElapsedTime(trials.Min(t => t.Start), trials.Max(t => t.End)).TotalSeconds;

    /// <summary>The rate of the best trial, work a second. The threads of a trial are released together.</summary>
    static double BestRate(int threads, Func<int, double> work) => Enumerable.Range(0, Trials).Max(_ => RateOf(OnThreads(threads, work)));

    static ThreadTrial[] OnThreads(int threads, Func<int, double> work)
    {
        var trials = new ThreadTrial[threads];
        using var start = new Barrier(threads);
        var running = Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            var begun = Stopwatch.GetTimestamp();
            var done = work(i);
            trials[i] = new(begun, Stopwatch.GetTimestamp(), done);
        })).ToList();
        running.ForEach(t => t.Start());
        running.ForEach(t => t.Join());
        return trials;
    }

    /// <summary>Operations done.</summary>
    static double MultiplyForAWhile(int _)
    {
        var a = new float[GemmKernel.Depth * GemmKernel.Rows];
        var b = new float[GemmKernel.Depth * GemmKernel.Columns];
        var c = new float[GemmKernel.Rows * GemmKernel.Columns];
        a.AsSpan().Fill(0.5f);
        b.AsSpan().Fill(1e-3f);
        var clock = Stopwatch.StartNew();
        var calls = 0L;
        while (clock.Elapsed.TotalMilliseconds < TrialMs)
        {
            for (var i = 0; i < 64; i++) { GemmKernel.Run(a, b, c); }
            calls += 64;
        }

        return calls * GemmKernel.Operations;
    }

    /// <summary>Bytes read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static double ReadOnce(byte[] buffer)
    {
        var vectors = MemoryMarshal.Cast<byte, Vector<long>>(buffer.AsSpan());
        Vector<long> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var i = 0; i + 4 <= vectors.Length; i += 4)
        {
            s0 += vectors[i];
            s1 += vectors[i + 1];
            s2 += vectors[i + 2];
            s3 += vectors[i + 3];
        }

        // The sum is used, so that the reads cannot be left out.
        return Vector.Sum(s0 + s1 + s2 + s3) == 0 ? 0 : buffer.Length;
    }

    /// <summary>What one thread did in a trial; start and end are ticks of <see cref="Stopwatch"/>.</summary>
    internal readonly record struct ThreadTrial(long Start, long End, double Work);
}
