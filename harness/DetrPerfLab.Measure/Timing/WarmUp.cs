namespace DetrPerfLab.Measure;

/// <summary>When an operation counts as warm.</summary>
/// <remarks>The defaults fit operations from microseconds (the JIT recompiles after 100 ms) to seconds (nine runs at least).</remarks>
public sealed record WarmUpOptions
{
    /// <summary>Runs in a window, at least; odd, so that the median is one of them.</summary>
    public int WindowOperations { get; init => field = value is >= 1 and <= 1000 ? value : throw LabError.OutOfRange(value, "1 to 1000"); } = 3;
    public double WindowMs { get; init => field = value >= 0 ? value : throw LabError.OutOfRange(value, "0 or more"); } = 100; // length of a window, at least

    /// <summary>How far the medians of successive windows may differ, as a share.</summary>
    public double Tolerance { get; init => field = value is > 0 and < 1 ? value : throw LabError.OutOfRange(value, "above 0 and below 1"); } = 0.03;

    /// <summary>Successive windows that must agree.</summary>
    public int AgreeingWindows { get; init => field = value >= 2 ? value : throw LabError.OutOfRange(value, "2 or more"); } = 3;
    public double FloorMs { get; init => field = value >= 0 ? value : throw LabError.OutOfRange(value, "0 or more"); } = 500; // time spent in any case

    /// <summary>Time after which warm-up ends, steady or not.</summary>
    public double CapMs { get; init => field = value > 0 ? value : throw LabError.OutOfRange(value, "above 0"); } = 30_000;

    /// <summary>Runs after which warm-up ends, steady or not.</summary>
    public int CapOperations { get; init => field = value >= 1 ? value : throw LabError.OutOfRange(value, "1 or more"); } = 1_000_000;

    /// <summary>The rule in words, as results keep it.</summary>
    public string Rule => string.Create(CultureInfo.InvariantCulture,
        $"medians of {AgreeingWindows} successive windows (at least {WindowOperations} runs and {WindowMs:0} ms each) within {Tolerance:0.##%}; at least {FloorMs:0} ms, at most {CapMs:0} ms or {CapOperations} runs");
}

/// <summary>Runs an operation until its time is steady: the rule is stated, never a fixed count.</summary>
public sealed class WarmUp(WarmUpOptions? options = null, TimeProvider? clock = null)
{
    // Runs of a window whose times are kept; a window of very short runs is judged by these first ones.
    const int Kept = 4096;

    readonly WarmUpOptions _options = options ?? new();
    readonly LatencyMeter _meter = new(clock);

    public WarmUpInfo Run(IOperation operation)
    {
        var window = new double[Kept];
        var medians = new double[_options.AgreeingWindows];
        var (operations, windows) = (0, 0);
        var total = 0.0;
        while (true)
        {
            var (count, windowMs) = (0, 0.0);
            while (count < _options.WindowOperations || windowMs < _options.WindowMs)
            {
                var ms = _meter.Measure(operation);
                operations++;
                if (count < Kept) { window[count] = ms; }
                count++;
                windowMs += ms;
                total += ms;
                if (total >= _options.CapMs || operations >= _options.CapOperations) { return Result(steady: false); }
            }

            medians[windows++ % medians.Length] = Quantile.Median(window.AsSpan(0, Math.Min(count, Kept)));
            var spread = medians.Max() - medians.Min();
            if (windows >= medians.Length && total >= _options.FloorMs && spread <= _options.Tolerance * medians.Min()) { return Result(steady: true); }
        }

        WarmUpInfo Result(bool steady) => new(_options.Rule, operations, total, steady);
    }
}
