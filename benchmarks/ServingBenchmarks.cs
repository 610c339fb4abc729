using System.Net;

namespace DetrPerfLab.Benchmarks;

/// <summary>A server under load: what batching, waiting for a batch, and several engines do to its latencies, by how much is asked of it. A sample is a request, from when it was due.</summary>
[Samples(full: 15, quick: 6)]
public class ServingBenchmarks : WorkBenchmarks
{
    const int Side = 512, Pictures = 8, FirstPicture = 5000;
    const ulong Seed = 1;
    const int BurstSize = 8;
    const string Again = "0 ms again"; // near its capacity a server's latencies follow the smallest change of the machine: what holds against both times of the plain setting is said
    static readonly ImageSize s_photograph = new(480, 640), s_seen = new(512, 682);

    protected override IReadOnlyList<SuiteCase> Rows =>
    [
        .. from load in (string[])["50 %", "80 %", "95 %", "bursts"]
           from setting in (string[][])[["1", "0 ms", "1"], ["2", "0 ms", "1"], ["4", "0 ms", "1"], ["8", "0 ms", "1"], ["4", "5 ms", "1"], ["4", "20 ms", "1"], ["1", "0 ms", "2"], ["1", Again, "1"]]
           select Row("ort-int8-static", load, setting) with { FullOnly = setting is not (["1" or "4", "0 ms" or Again, "1"]) || load is not ("50 %" or "95 %") },
        .. from load in (string[])["50 %", "80 %", "95 %"]
           from setting in (string[][])[["1", "0 ms", "1"], ["4", "0 ms", "1"], ["1", "0 ms", "2"], ["1", Again, "1"]]
           select Row("ort-fp32", load, setting) with { FullOnly = true },
    ];

    static SuiteCase Row(string variant, string load, string[] setting) =>
        new(variant, ("Load", load), ("Batch", setting[0]), ("Wait", setting[1]), ("Workers", setting[2])) { Repeated = setting[1] == Again };

    static VariantCase ModelOf(SuiteCase row) => BenchmarkModel.CaseOf(row, s_seen);

    /// <summary>Requests of one sample: enough of them in all that a p99 may be told. In FP32 that would take an hour: a p95.</summary>
    static int RequestsOf(SuiteCase row) => RunOptions.IsQuick || row.Variant == "ort-fp32" ? 15 : 45;

    /// <summary>Every setting of a variant is asked for the same: what the engine alone does is measured once, and handed to the cases' processes.</summary>
    public override void Prepare(SuiteCase row, Action<string, long, long> progress)
    {
        BenchmarkModel.Prepare(ModelOf(row), progress);
        if (Environment.GetEnvironmentVariable(CapacityOf(row.Variant)) is null) { HandOn(row.Variant, Capacity(row)); }
    }

    /// <summary>A run that goes on asks for what it asked for before it was interrupted.</summary>
    internal static void GoOn(IEnumerable<RunResult> measured)
    {
        foreach (var (variant, serving) in measured.Select(r => (r.Variant, r.Serving))) { if (serving is not null) { HandOn(variant, serving.CapacityRate); } }
    }

    static void HandOn(string variant, double capacity) => Environment.SetEnvironmentVariable(CapacityOf(variant), capacity.ToString("R", CultureInfo.InvariantCulture));

    static string CapacityOf(string variant) => $"DETRLAB_CAPACITY_{variant}";

    internal override CaseWork Open(SuiteCase row)
    {
        var capacity = Environment.GetEnvironmentVariable(CapacityOf(row.Variant)) is { } known ? double.Parse(known, CultureInfo.InvariantCulture) : Capacity(row);
        var (workers, requests) = (row.Number("Workers"), RequestsOf(row));
        var server = new ModelServer(new(BenchmarkModel.Name, row.Variant), new()
        {
            MaxBatch = row.Number("Batch"),
            MaxWait = TimeSpan.FromMilliseconds(double.Parse(row["Wait"]!.Split(' ')[0], CultureInfo.InvariantCulture)),
            Workers = workers,
            Engine = new() { Threads = Math.Max(1, Environment.ProcessorCount / workers) },
            Detector = new() { Size = Side },
            Deadline = TimeSpan.FromMinutes(1),
        });
        var front = ServingHost.StartAsync(server, new(IPAddress.Loopback, 0)).GetAwaiter().GetResult();
        var target = new HttpTarget(front.Url);
        ReadOnlyMemory<byte>[] pictures = [.. Enumerable.Range(FirstPicture, Pictures).Select(i => (ReadOnlyMemory<byte>)ImageWriter.Jpeg(SyntheticPhotographs.Create(i, s_photograph), quality: 90))];
        var (_, singleMs) = LoadRun.WarmUp(target, pictures, default);
        var (rate, burst) = row["Load"] == "bursts" ? (0.5 * capacity, BurstSize) : (double.Parse(row["Load"]!.Split(' ')[0], CultureInfo.InvariantCulture) / 100 * capacity, 1);
        ServingStats? Stats() => target.StatsAsync(default).GetAwaiter().GetResult();
        var before = Stats()!;
        var stream = new LoadStream(target, Arrivals.Bursts(rate, burst, double.PositiveInfinity, Seed), pictures);
        IReadOnlyList<double> latest = [];
        return new(new ActionOperation(() => latest = stream.Next(requests)), RunResult.Unfiled(row.Variant) with
        {
            Artefact = server.Artefact,
            Engine = server.Engine,
            InputSide = Side,
            AuditGap = "a sample is a request over the network; tests hold its answers against the lab's own pipeline",
        })
        {
            FirstMs = singleMs,
            MemoryOperations = 1,
            OwnTimesMs = () => latest,
            Complete = result => result with
            {
                Serving = new(capacity, rate, stream.AchievedRate, stream.FullShare, Stats()?.MeanBatchSince(before), Blocks: (result.SamplesMs.Count + requests - 1) / requests),
            },
            Owned = [stream, target, new Closing(server, front)],
        };
    }

    /// <summary>Pictures a second of the engine alone, with all threads: what the load is a share of.</summary>
    static double Capacity(SuiteCase row)
    {
        using var open = ModelOf(row).Open();
        var (meter, operation) = (new LatencyMeter(), new EngineOperation(open.Engine, open.Inputs, open.Outputs));
        new WarmUp(MeasuredCase.WarmUpRule).Run(operation);
        return 1000 / Quantile.Median([.. Enumerable.Range(0, 15).Select(_ => meter.Measure(operation))]);
    }

    sealed class Closing(ModelServer server, ServingHost front) : IDisposable
    {
        public void Dispose()
        {
            front.StopAsync(TimeSpan.FromSeconds(5)).GetAwaiter().GetResult();
            front.DisposeAsync().AsTask().GetAwaiter().GetResult();
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
