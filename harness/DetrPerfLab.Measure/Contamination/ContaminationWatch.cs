using System.Diagnostics;

namespace DetrPerfLab.Measure;

/// <summary>Watches what else goes on while a case is measured. It reads counters at both ends and runs nothing in between.</summary>
public sealed class ContaminationWatch
{
    readonly ICounterSource _source;
    readonly CounterReading _start;

    ContaminationWatch(ICounterSource source) => (_source, _start) = (source, source.Read());

    public static ContaminationWatch Start(ICounterSource? source = null) => new(source ?? new SystemCounters());

    /// <summary>Watches the machine while we sleep, then while we keep every core busy, and takes from it what is normal here.</summary>
    /// <param name="milliseconds">Of each; long enough for the kernel's ticks of 10 ms.</param>
    public static ContaminationLimits MeasureLimits(int milliseconds = 1000, ICounterSource? source = null)
    {
        source ??= new SystemCounters();
        var idle = Start(source);
        Thread.Sleep(milliseconds);
        var idleInfo = idle.Stop(ContaminationLimits.Quiet);
        var busy = Start(source);
        KeepCoresBusy(milliseconds);
        return ContaminationLimits.FromIdle(idleInfo, busy.Stop(ContaminationLimits.Quiet));
    }

    /// <summary>The figures since the start and what they mean. The watch goes on and can be asked again.</summary>
    public ContaminationInfo Stop(ContaminationLimits limits) => Judge(_start, _source.Read(), limits);

    public static ContaminationInfo Judge(in CounterReading start, in CounterReading end, ContaminationLimits limits)
    {
        var seconds = end.Seconds - start.Seconds;
        var cores = end.CoreSeconds - start.CoreSeconds;
        var steal = Share(end.StealSeconds - start.StealSeconds, cores);
        var busy = cores - (end.IdleSeconds - start.IdleSeconds) - (end.StealSeconds - start.StealSeconds);
        var others = Share(busy - (end.OwnSeconds - start.OwnSeconds), cores);
        double? switches = seconds > 0 ? (end.InvoluntarySwitches - start.InvoluntarySwitches) / seconds : null;
        double? speed = start.YardstickMs > 0 && end.YardstickMs > 0
            ? (Math.Max(start.YardstickMs, end.YardstickMs) / Math.Min(start.YardstickMs, end.YardstickMs)) - 1 : null;

        var verdict = ContaminationVerdict.Clean;
        var reasons = new List<string>();
        Hold("steal time", steal, limits.StealShare, "0.0 %");
        Hold("other processes", others, limits.OthersShare, "0.0 %");
        // A core is lost to somebody. Where nobody else had any to speak of, it was another thread of the case: many threads, not a noisy machine.
        if (others + steal is { } strangers && strangers > limits.OthersThatSwitch)
        {
            Hold(string.Create(CultureInfo.InvariantCulture, $"others took {strangers:0.0 %} of the cores and involuntary switches a second are"), switches, limits.InvoluntarySwitchesPerSecond, "0");
        }

        Hold("change of the core's speed", speed, limits.SpeedChange, "0.0 %");
        return new(verdict, reasons)
        {
            Seconds = seconds,
            StealShare = steal,
            OthersShare = others,
            InvoluntarySwitchesPerSecond = switches,
            SpeedChange = speed,
            FrequencyMhz = start.FrequencyMhz is { } one && end.FrequencyMhz is { } other ? (one + other) / 2 : null,
        };

        void Hold(string name, double? figure, FigureLimits limit, string format)
        {
            if (figure is not { } value || value <= limit.Noisy) { return; }
            var passed = value > limit.Contaminated ? limit.Contaminated : limit.Noisy;
            verdict = value > limit.Contaminated ? ContaminationVerdict.Contaminated : (ContaminationVerdict)Math.Max((int)verdict, (int)ContaminationVerdict.Noisy);
            reasons.Add($"{name} {value.ToString(format, CultureInfo.InvariantCulture)}, limit {passed.ToString(format, CultureInfo.InvariantCulture)}");
        }
    }

    /// <summary>Judges a run of many short turns, with whatever else went on between them left out.</summary>
    /// <param name="turns">What was counted during each turn; at least one.</param>
    /// <param name="whole">From the first turn's start to the last one's end, where turns are too short to be counted one by one; null adds them up.</param>
    /// <remarks>The core's speed is compared between its lower and upper quartile over the turns: among many readings, some are always off.</remarks>
    public static ContaminationInfo JudgeTurns(IReadOnlyList<CounterReading> turns, ContaminationLimits limits, CounterReading? whole = null)
    {
        var total = whole ?? turns.Skip(1).Aggregate(turns[0], (sum, turn) => sum.Plus(turn));
        double[] yardsticks = [.. turns.Select(t => t.YardstickMs).Order()];
        double[] frequencies = [.. turns.Select(t => t.FrequencyMhz).OfType<double>().Order()];
        var start = new CounterReading(0, 0, 0, 0, 0, 0, Quantile.OfSorted(yardsticks, 0.25));
        return Judge(start, total with { YardstickMs = Quantile.OfSorted(yardsticks, 0.75) }, limits) with { FrequencyMhz = frequencies.Length > 0 ? Quantile.OfSorted(frequencies, 0.5) : null };
    }

    static void KeepCoresBusy(int milliseconds)
    {
        var end = Stopwatch.GetTimestamp() + (milliseconds * Stopwatch.Frequency / 1000);
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (Stopwatch.GetTimestamp() < end) { Thread.SpinWait(50); }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
    }

    /// <summary>In [0, 1]: the counters tick at different moments, so small differences may come out negative.</summary>
    static double? Share(double? part, double? whole) => whole > 0 ? part is { } p ? Math.Clamp(p / whole.Value, 0, 1) : null : null;
}
