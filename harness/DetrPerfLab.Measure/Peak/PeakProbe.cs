using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using DetrPerfLab.Core;

namespace DetrPerfLab.Measure;

/// <summary>What the machine attains at best, which says how much of it an inference uses.</summary>
/// <remarks>
/// float32 and memory are measured in C#. .NET offers no 512-bit VNNI, so INT8 comes from an engine: hand a matrix product of it to <see cref="Attain"/>.
/// The best of several trials counts: neighbours only ever take speed away.
/// </remarks>
public static class PeakProbe
{
    // Short enough that some fall between a neighbour's turns, many enough that one does.
    const int Trials = 30;
    const double TrialMs = 10;

    /// <summary>float32 multiply-adds on all cores at once.</summary>
    /// <param name="threads">Threads; those of the case whose share is wanted.</param>
    public static PeakInfo MeasureFp32(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        var best = 0.0;
        for (var trial = 0; trial < Trials; trial++) { best = Math.Max(best, OnThreads(threads, MultiplyForAWhile).Sum()); }
        return new("fp32", best / 1e9, GemmKernel.Name);
    }

    /// <summary>Bytes read a second by all cores from far more memory than the caches hold, in 10^9.</summary>
    /// <param name="threads">Threads.</param>
    /// <param name="bytesAThread">At least several times the last-level cache over all threads.</param>
    public static double MeasureMemoryGbPerSecond(int threads, int bytesAThread = 128 << 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesAThread, 1 << 16);
        var buffers = Enumerable.Range(0, threads).Select(_ => new byte[bytesAThread]).ToArray();
        foreach (var buffer in buffers) { buffer.AsSpan().Fill(1); } // untouched pages are all the same zero page
        var best = 0.0;
        for (var trial = 0; trial < Trials; trial++) { best = Math.Max(best, OnThreads(threads, i => ReadOnce(buffers[i])).Sum()); }
        return best / 1e9;
    }

    /// <summary>The best rate that an operation reaches, for example an INT8 matrix product of an engine.</summary>
    /// <param name="operation">Warm, long enough for the clock (10 ms or more).</param>
    /// <param name="operationsARun">Arithmetic operations of one run, a multiply-add counted as two.</param>
    /// <param name="precision">For example <c>int8</c>.</param>
    /// <param name="how">What computes it, for example <c>ONNX Runtime MatMulInteger 1024</c>.</param>
    /// <param name="clock">The system's unless a test says otherwise.</param>
    public static PeakInfo Attain(IOperation operation, double operationsARun, string precision, string how, IClock? clock = null)
    {
        var meter = new LatencyMeter(clock);
        var shortest = double.MaxValue;
        for (var trial = 0; trial < Trials; trial++) { shortest = Math.Min(shortest, meter.Measure(operation)); }
        return new(precision, operationsARun / shortest / 1e6, how);
    }

    /// <summary>The machine with its peaks: from the cache where this fingerprint was measured before, else measured, and kept unless the machine was busy.</summary>
    /// <param name="machine">This one.</param>
    /// <param name="cacheFolder">Holds one small file a fingerprint.</param>
    /// <param name="more">Other peaks, measured by an engine.</param>
    /// <param name="counters">Tell whether the machine was busy; this machine's unless a test says otherwise.</param>
    public static MachineInfo WithPeaks(
        MachineInfo machine, string cacheFolder, Func<IEnumerable<PeakInfo>>? more = null, ICounterSource? counters = null)
    {
        var path = Path.Combine(cacheFolder, $"peak-{machine.Fingerprint}.json");
        if (ReadCache(path) is not { Peaks.Count: > 0 } cached)
        {
            var watch = ContaminationWatch.Start(counters);
            cached = new([MeasureFp32(machine.Cores), .. more?.Invoke() ?? []], MeasureMemoryGbPerSecond(machine.Cores));
            if (watch.Stop(ContaminationLimits.Quiet).Verdict != ContaminationVerdict.Contaminated)
            {
                AtomicFile.WriteText(path, JsonSerializer.Serialize(cached, LabJson.Options) + "\n");
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

    /// <summary>Runs the work on that many threads at once; they wait for each other at the start.</summary>
    static double[] OnThreads(int threads, Func<int, double> work)
    {
        var rates = new double[threads];
        using var start = new Barrier(threads);
        var running = Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            rates[i] = work(i);
        })).ToList();
        running.ForEach(t => t.Start());
        running.ForEach(t => t.Join());
        return rates;
    }

    /// <summary>Operations a second.</summary>
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

        return calls * GemmKernel.Operations / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Bytes a second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static double ReadOnce(byte[] buffer)
    {
        var vectors = MemoryMarshal.Cast<byte, Vector<long>>(buffer.AsSpan());
        var clock = Stopwatch.StartNew();
        Vector<long> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var i = 0; i + 4 <= vectors.Length; i += 4)
        {
            s0 += vectors[i];
            s1 += vectors[i + 1];
            s2 += vectors[i + 2];
            s3 += vectors[i + 3];
        }

        var seconds = clock.Elapsed.TotalSeconds;
        // The sum is used, so that the reads cannot be left out.
        return Vector.Sum(s0 + s1 + s2 + s3) == 0 ? 0 : buffer.Length / seconds;
    }
}
