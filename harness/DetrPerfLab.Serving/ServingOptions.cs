namespace DetrPerfLab.Serving;

/// <summary>How a server works. The defaults suit one model on one processor; what <c>optimize</c> found takes the place of threads and spinning.</summary>
public sealed record ServingOptions
{
    /// <summary>Pictures that one inference takes, at most. A batch rarely pays on a processor: <c>ServingBenchmarks</c> tells.</summary>
    public int MaxBatch { get; init => field = value is >= 1 and <= 64 ? value : throw LabError.OutOfRange(value, "1 to 64", "max-batch"); } = 1;

    /// <summary>Time for which a picture waits for others to make a batch with; zero takes what waits anyway.</summary>
    public TimeSpan MaxWait { get; init => field = value >= TimeSpan.Zero && value <= TimeSpan.FromSeconds(10) ? value : throw LabError.OutOfRange(value.TotalMilliseconds, "0 to 10000 ms", "max-wait"); }

    /// <summary>Engines that run at once, each with <see cref="EngineSettings.Threads"/> of its own.</summary>
    public int Workers { get; init => field = value is >= 1 and <= 64 ? value : throw LabError.OutOfRange(value, "1 to 64", "workers"); } = 1;

    /// <summary>Pictures that wait, at most; the next is told to come again.</summary>
    public int Queue { get; init => field = value is >= 1 and <= 10_000 ? value : throw LabError.OutOfRange(value, "1 to 10000", "queue"); } = 64;

    /// <summary>Time in which an answer is of use, from the arrival; a request may ask for less.</summary>
    public TimeSpan Deadline { get; init => field = value > TimeSpan.Zero && value <= TimeSpan.FromHours(1) ? value : throw LabError.OutOfRange(value.TotalMilliseconds, "1 ms to 1 hour", "deadline"); } = TimeSpan.FromSeconds(10);

    /// <summary>Pictures meet in a batch when their sides, rounded up to a multiple of this, are alike; they are padded so far, alone too. 1: only those of one size meet.
    /// Has an effect on models that take a mask.</summary>
    public int PadTo { get; init => field = value is >= 1 and <= 1024 ? value : throw LabError.OutOfRange(value, "1 to 1024", "pad-to"); } = 1;

    public long MaxBodyBytes { get; init; } = 32L << 20;
    public long MaxPixels { get; init; } = 50_000_000;
    public int MaxImages { get; init; } = 16; // in one request

    /// <summary>Lowest score that is told unless a request says another.</summary>
    public float Threshold { get; init; } = 0.7f;
    public DetectorOptions Detector { get; init; } = new();

    /// <summary>How an engine runs; threads, spinning.</summary>
    public EngineSettings Engine { get; init; } = new();

    /// <summary>Points, of 100, that a new model may lose against the one that it replaces: agreement, or average precision where labels are there.</summary>
    public double MaxLoss { get; init => field = value is >= 0 and <= 100 ? value : throw LabError.OutOfRange(value, "0 to 100", "max-loss"); } = 5;

    /// <summary>Pictures that a new model is verified on: a folder of them, or a COCO data set; null takes built-in ones.</summary>
    public string? Verify { get; init; }

    /// <summary>The folder below which models may be named while the server runs; null where none may.</summary>
    public string? Models { get; init; }

    /// <summary>The most that work is prepared ahead of the engines, in pictures: enough that none of them waits, little enough that memory stays small.</summary>
    internal int Ahead => 2 * Workers * MaxBatch;
}
