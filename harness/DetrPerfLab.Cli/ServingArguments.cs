using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>The options of how a model is served, which <c>serve</c> and <c>load --target in-process</c> have in common.</summary>
sealed class ServingArguments(bool modelRequired = true)
{
    readonly DetectorArguments _detector = new(modelRequired: modelRequired);
    readonly Option<float> _threshold = new Option<float>("--threshold") { Description = "Lowest score that is told, unless a request asks otherwise.", DefaultValueFactory = _ => 0.7f }.Within(0, 1);
    readonly Option<int> _maxBatch = new Option<int>("--max-batch") { Description = "Pictures that one inference takes, at most.", DefaultValueFactory = _ => 1 }.Within(1, 64);
    readonly Option<Duration> _maxWait = Duration.Option("--max-wait", "How long a picture waits for others to make a batch with.", TimeSpan.Zero, TimeSpan.FromSeconds(10), least: TimeSpan.Zero);
    readonly Option<int> _workers = new Option<int>("--workers") { Description = "Engines that run at once, each with --threads of its own.", DefaultValueFactory = _ => 1 }.Within(1, 64);
    readonly Option<int> _queue = new Option<int>("--queue") { Description = "Pictures that wait, at most; more are told to come again (503).", DefaultValueFactory = _ => 64 }.Within(1, 10_000);
    readonly Option<Duration> _deadline = Duration.Option("--deadline", "Time in which an answer is of use: a request that would wait longer is told to come again (503), one that comes late all the same is not computed (504).", TimeSpan.FromSeconds(10), TimeSpan.FromHours(1));
    readonly Option<int> _padTo = new Option<int>("--pad-to") { Description = "Pictures are padded to multiples of this, so that more of them meet in a batch; 1: only those of one size do. Of models with a mask.", DefaultValueFactory = _ => 1 }.Within(1, 1024);
    readonly Option<int> _maxBody = new Option<int>("--max-body") { Description = "MiB that a request may have.", DefaultValueFactory = _ => 32 }.Within(1, 1024);
    readonly Option<int> _maxPixels = new Option<int>("--max-pixels") { Description = "Millions of pixels that a picture may have.", DefaultValueFactory = _ => 50 }.Within(1, 200);
    readonly Option<int> _maxImages = new Option<int>("--max-images") { Description = "Pictures that one request may bring.", DefaultValueFactory = _ => 16 }.Within(1, 1000);
    readonly Option<string?> _models = new("--models") { Description = "Folder below which a model may be named while the server runs." };
    readonly Option<string?> _verify = new("--verify") { Description = "Folder of pictures, or a COCO data set, that a new model is verified on before it takes over; built-in pictures otherwise." };
    readonly Option<double> _maxLoss = new Option<double>("--max-loss") { Description = "Points of 100 that a new model may lose on them: of agreement with the one before, or of average precision.", DefaultValueFactory = _ => 5 }.Within(0, 100);

    internal IEnumerable<Option> All => [.. _detector.All, _threshold, _maxBatch, _maxWait, _workers, _queue, _deadline, _padTo, _maxBody, _maxPixels, _maxImages, _models, _verify, _maxLoss];

    internal bool NamesModel(ParseResult parsed) => _detector.NamesModel(parsed);

    internal ModelServer Open(ParseResult parsed, CancellationToken stop) => new(_detector.Source(parsed), Read(parsed), stop);

    ServingOptions Read(ParseResult parsed)
    {
        if (parsed.GetValue(_models) is { } folder && !Directory.Exists(folder)) { throw LabError.DirectoryNotFound(folder, "Name the folder that holds the models."); }
        return new()
        {
            MaxBatch = parsed.GetValue(_maxBatch),
            MaxWait = parsed.GetValue(_maxWait).Time,
            Workers = parsed.GetValue(_workers),
            Queue = parsed.GetValue(_queue),
            Deadline = parsed.GetValue(_deadline).Time,
            PadTo = parsed.GetValue(_padTo),
            MaxBodyBytes = (long)parsed.GetValue(_maxBody) << 20,
            MaxPixels = parsed.GetValue(_maxPixels) * 1_000_000L,
            MaxImages = parsed.GetValue(_maxImages),
            Threshold = parsed.GetValue(_threshold),
            Detector = _detector.Read(parsed, parsed.GetValue(_threshold)) with { Threads = 1 }, // pictures are prepared side by side
            Engine = _detector.Settings(parsed),
            Models = parsed.GetValue(_models),
            Verify = parsed.GetValue(_verify),
            MaxLoss = parsed.GetValue(_maxLoss),
        };
    }
}
