using System.Diagnostics.Metrics;
using HdrHistogram;

namespace DetrPerfLab.Serving;

/// <summary>What became of a picture.</summary>
enum Outcome
{
    Answered,
    Full, // told to come again
    Late, // its deadline passed
    Gone, // its client went away
    Bad, // no picture, or one that is refused
    Failed, // by the server's own fault
}

/// <summary>What the server counts: for Prometheus by .NET's own meters, for its page by histograms of the last minute.</summary>
sealed class ServingMetrics : IDisposable
{
    static int s_meters;
    const int WindowSeconds = 60;
    const long LongestMicroseconds = 3_600_000_000;
    static readonly double[] s_seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30];

    readonly ModelServer _server;

    // Of its own name where a process has several servers: OpenTelemetry ends a metric for all meters of a name when one of them is disposed of.
    readonly Meter _meter = new(Interlocked.Increment(ref s_meters) is > 1 and var number ? $"DetrPerfLab.Serving.{number}" : "DetrPerfLab.Serving");
    readonly Histogram<double> _requests, _stages;
    readonly Histogram<int> _batches;
    readonly Counter<long> _pictures, _changes;
    readonly Recorder _recorder = HistogramFactory.With64BitBucketSize().WithValuesFrom(1).WithValuesUpTo(LongestMicroseconds).WithPrecisionOf(2).WithThreadSafeWrites().WithThreadSafeReads().Create();
    readonly Lock _gate = new();
    readonly Queue<Second> _window = [];
    readonly ITimer _timer;
    readonly long[] _outcomes = new long[Enum.GetValues<Outcome>().Length];
    readonly Dictionary<int, long> _batchSizes = []; // inferences by pictures; a model may fix any number
    Second _now = new(null);

    internal ServingMetrics(ModelServer server)
    {
        _server = server;
        _requests = Seconds("detrlab.request.duration", "From the whole request to its answer, by outcome.");
        _stages = Seconds("detrlab.stage.duration", "Of one picture: prepare, queue, inference, read.");
        _batches = _meter.CreateHistogram("detrlab.batch.size", "{picture}", "Pictures of one inference.", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64] });
        _pictures = _meter.CreateCounter<long>("detrlab.pictures", "{picture}", "Pictures, by outcome.");
        _changes = _meter.CreateCounter<long>("detrlab.model.changes", "{change}", "Changes of the model, by what became of them.");
        _meter.CreateObservableGauge("detrlab.queue.pictures", () => server.Admission.Inside, "{picture}", "Pictures taken on and not yet answered.");
        _meter.CreateObservableGauge("detrlab.queue.limit", () => server.Options.Queue, "{picture}", "Pictures that wait, at most.");
        _meter.CreateObservableGauge("detrlab.model.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("name", server.Version.Name), new("sha256", server.Version.Sha256)), description: "1, labelled by the model that is served.");
        _meter.CreateObservableGauge("detrlab.process.resident", () => ProcessMemory.Read().RssBytes ?? 0, "By", "Resident memory of the process.");
        _timer = server.Clock.CreateTimer(_ => Tick(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    internal string MeterName => _meter.Name;

    internal void Finished(Outcome outcome, int pictures, TimeSpan took)
    {
        var tag = new KeyValuePair<string, object?>("outcome", Word(outcome));
        _requests.Record(took.TotalSeconds, tag);
        _pictures.Add(pictures, tag);
        Interlocked.Add(ref _outcomes[(int)outcome], pictures);
        if (outcome != Outcome.Answered) { return; }
        _recorder.RecordValue(Math.Clamp((long)(took.TotalMilliseconds * 1000), 1, LongestMicroseconds));
        lock (_gate) { _now.Answered += pictures; }
    }

    internal void Stages(TicketTimes times, TimeProvider clock, long read)
    {
        Stage("prepare", times.PrepareStarted, times.Prepared);
        Stage("queue", times.Prepared, times.RunStarted);
        Stage("inference", times.RunStarted, times.RunEnded);
        Stage("read", times.RunEnded, read);

        void Stage(string name, long from, long to) => _stages.Record(clock.GetElapsedTime(from, to).TotalSeconds, new KeyValuePair<string, object?>("stage", name));
    }

    internal void Inference(int pictures, TimeSpan took)
    {
        _batches.Record(pictures);
        lock (_gate)
        {
            _batchSizes[pictures] = _batchSizes.GetValueOrDefault(pictures) + 1;
            _now.Inferences++;
            _now.InferenceMs += took.TotalMilliseconds;
            _now.Pictures += pictures;
        }
    }

    internal void Change(ModelVersion version) => _changes.Add(1, new KeyValuePair<string, object?>("state", Word(version.State)));

    internal ServingStats Read()
    {
        var window = Window();
        var version = _server.Version;
        var memory = ProcessMemory.Read();
        var gpu = _server.Holding(model => model.ReadGpu());
        return new()
        {
            Model = version.Name,
            Sha256 = version.Sha256,
            Queue = _server.Admission.Inside,
            QueueLimit = _server.Options.Queue,
            PicturesPerSecond = window.Rate,
            P50Ms = window.Percentile(50),
            P90Ms = window.Percentile(90),
            P99Ms = window.Percentile(99),
            MeanBatch = window.Inferences > 0 ? (double)window.Pictures / window.Inferences : null,
            Busy = window.Seconds > 0 ? window.InferenceMs / 1000 / window.Seconds / _server.Options.Workers : 0,
            BatchSizes = BatchSizes(),
            Pictures = Enum.GetValues<Outcome>().ToDictionary(o => Word(o), o => Volatile.Read(ref _outcomes[(int)o])),
            ResidentBytes = memory.RssBytes,
            PeakResidentBytes = memory.PeakRssBytes,
            GpuName = gpu?.Name,
            GpuUsedBytes = gpu?.UsedBytes,
            GpuBusy = gpu?.Use,
        };
    }

    static string Word(Enum value) => value.ToString().ToLowerInvariant();

    Histogram<double> Seconds(string name, string description) => _meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = s_seconds });

    SortedDictionary<int, long> BatchSizes()
    {
        lock (_gate) { return new(_batchSizes); }
    }

    void Tick()
    {
        lock (_gate)
        {
            // The oldest second's histogram is filled anew: one a second would grow old enough to be garbage that only a full collection finds.
            var oldest = _window.Count == WindowSeconds ? _window.Dequeue().Latencies : null;
            _window.Enqueue(_now with { Latencies = _recorder.GetIntervalHistogram(oldest) });
            _now = new(null);
        }
    }

    WindowSums Window()
    {
        HistogramBase sum = new LongHistogram(1, LongestMicroseconds, 2);
        lock (_gate)
        {
            foreach (var second in _window) { sum.Add(second.Latencies!); }
            return new(_window.Count, _window.Sum(s => s.Answered), _window.Sum(s => s.Inferences), _window.Sum(s => s.Pictures), _window.Sum(s => s.InferenceMs), sum);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _meter.Dispose();
    }

    sealed record Second(HistogramBase? Latencies)
    {
        internal long Answered { get; set; }
        internal int Inferences { get; set; }
        internal int Pictures { get; set; }
        internal double InferenceMs { get; set; }
    }

    sealed record WindowSums(int Seconds, long Answered, int Inferences, int Pictures, double InferenceMs, HistogramBase Latencies)
    {
        internal double Rate => Seconds > 0 ? (double)Answered / Seconds : 0;
        internal double? Percentile(double percent) => Latencies.TotalCount > 0 ? Latencies.GetValueAtPercentile(percent) / 1000.0 : null;
    }
}

/// <summary>What <c>GET /stats</c> tells: of the last minute where nothing else is said; latencies in milliseconds from the whole request to its answer, null where there was none.</summary>
public sealed record ServingStats
{
    public required string Model { get; init; }
    public required string Sha256 { get; init; }
    public int Queue { get; init; } // pictures taken on and not yet answered, now
    public int QueueLimit { get; init; }
    public double PicturesPerSecond { get; init; }
    public double? P50Ms { get; init; }
    public double? P90Ms { get; init; }
    public double? P99Ms { get; init; }
    public double? MeanBatch { get; init; } // pictures of an inference
    public double Busy { get; init; } // share of the time in which an engine ran, mean over the workers
    public required IReadOnlyDictionary<int, long> BatchSizes { get; init; } // inferences by pictures, since the start
    public required IReadOnlyDictionary<string, long> Pictures { get; init; } // by outcome, since the start
    public long? ResidentBytes { get; init; }
    public long? PeakResidentBytes { get; init; }
    public string? GpuName { get; init; } // null where the model runs on none
    public long? GpuUsedBytes { get; init; } // of the whole GPU, other programs' included
    public double? GpuBusy { get; init; }

    /// <summary>Pictures of an inference since an earlier reading, mean; null where none ran.</summary>
    public double? MeanBatchSince(ServingStats earlier)
    {
        var ran = BatchSizes.Select(b => (Pictures: b.Key, Inferences: b.Value - earlier.BatchSizes.GetValueOrDefault(b.Key))).ToList();
        return ran.Sum(b => b.Inferences) is > 0 and var inferences ? (double)ran.Sum(b => b.Pictures * b.Inferences) / inferences : null;
    }
}
