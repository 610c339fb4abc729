using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DetrPerfLab.EngineTests.Engines;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Serving;

/// <summary>What a server has to bear, against <c>detrlab serve</c> in a process of its own. Long, so run by name only; each prints its figures.</summary>
/// <remarks><c>dotnet tests/DetrPerfLab.EngineTests/bin/Release/net10.0/DetrPerfLab.EngineTests.dll -explicit only -class '*EnduranceTests' -showLiveOutput</c>;
/// DETRLAB_SERVE names another model than the built-in small one, DETRLAB_MINUTES another length than 30 minutes.</remarks>
[Collection(nameof(Alone))]
public sealed class EnduranceTests(TinyDetr tiny, ITestOutputHelper output) : IClassFixture<TinyDetr>, IDisposable
{
    static readonly TimeSpan s_betweenChanges = TimeSpan.FromSeconds(4);

    readonly TempFolder _folder = new();
    readonly IReadOnlyList<ReadOnlyMemory<byte>> _pictures = [.. Enumerable.Range(1, 8).Select(i => (ReadOnlyMemory<byte>)ServedTiny.Picture(i, 480, 640))];

    string Given => Environment.GetEnvironmentVariable("DETRLAB_SERVE") ?? tiny.WithMask;

    /// <summary>A server of the model, and another file of it to change to.</summary>
    ServedProcess Serve(params string[] options)
    {
        File.Copy(Given, _folder.File("a.onnx"), overwrite: true);
        var other = OnnxFile.Load(Given);
        other.DocString = "the same model in another file";
        OnnxFile.Save(other, _folder.File("b.onnx"));
        return ServedProcess.Start(["--model", _folder.File("a.onnx"), "--models", _folder.Path, "--max-loss", "100", "--size", "512", "--no-watch", .. options]);
    }

    /// <summary>Requests a second of one after another.</summary>
    double Capacity(ServedProcess served)
    {
        using var target = new HttpTarget(served.Url);
        return 1000 / LoadRun.WarmUp(target, _pictures, default).MedianMs;
    }

    LoadResult Load(ServedProcess served, double rate, double seconds, ulong seed = 1)
    {
        using var target = new HttpTarget(served.Url);
        return LoadRun.Run(target, Arrivals.Poisson(rate, seconds, seed), "poisson", _pictures);
    }

    static string Figures(LoadResult load) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{load.Sent} requests, {load.AchievedRate:F1}/s, p50 {Quantile.Median([.. load.LatenciesMs]):F1} ms, p99 {P99(load):F1} ms, {load.Full} full, {load.Late} late, {load.Failed} failed");

    static double P99(LoadResult load) => Quantile.OfSorted([.. load.LatenciesMs.Order()], 0.99);

    [Fact(Explicit = true)]
    public async Task Swaps_HundredAt80Percent_NoRequestIsLost()
    {
        using var served = Serve("--deadline", "60s");
        File.WriteAllBytes(_folder.File("cut.onnx"), File.ReadAllBytes(Given)[..1000]);
        ServedTiny.SaveNotFinite(Given, _folder.File("nan.onnx"));
        OnnxFile.Save(DetrExporter.Export(SyntheticWeights.Create(((DetrConfig)tiny.Weights.Config) with { Name = "seven", Classes = 7 }), new ExportOptions()), _folder.File("classes.onnx"));
        var rate = 0.8 * Capacity(served);
        var quiet = Load(served, rate, 60);
        output.WriteLine($"80 % load without changes: {Figures(quiet)}");

        using var target = new Watched(served);
        using var stream = new LoadStream(target, Arrivals.Bursts(rate, 1, double.PositiveInfinity, seed: 2), _pictures);
        var (changed, refused) = (0, 0);
        var began = Stopwatch.GetTimestamp();
        using var next = new PeriodicTimer(s_betweenChanges);
        for (var i = 0; i < 100; i++)
        {
            do { await next.WaitForNextTickAsync(); }
            while ((await served.StatsAsync()).Queue > 2); // what the last change made wait is done: a hundred changes, not one long one
            var isBroken = i % 10 == 9;
            var (status, body) = await served.ChangeAsync(isBroken ? ((string[])["cut.onnx", "nan.onnx", "classes.onnx"])[i / 10 % 3] : i % 2 == 0 ? "b.onnx" : "a.onnx");
            Assert.True(status == (isBroken ? 422 : 200), body.ToString());
            if (isBroken) { refused++; } else { changed++; }
        }

        double[] during = [.. Enumerable.Range(0, target.Statuses.Count).Select(_ => stream.Take(default).Ms).Order()];
        output.WriteLine(FormattableString.Invariant($"{changed} changes and {refused} refusals, one in {Stopwatch.GetElapsedTime(began).TotalSeconds / 100:F1} s: {during.Length} requests, p50 {Quantile.OfSorted(during, 0.5):F1} ms, p99 {Quantile.OfSorted(during, 0.99):F1} ms"));
        Assert.All(target.Statuses, s => Assert.Equal(200, s.Status));
        Assert.Equal(new[] { FileHash.Sha256(_folder.File("a.onnx")), FileHash.Sha256(_folder.File("b.onnx")) }.Order(), target.Hashes.Distinct().Order());
    }

    [Fact(Explicit = true)]
    public async Task Overload_TenTimesForAMinute_MemoryIsBoundedAndItRecovers()
    {
        using var served = Serve();
        var capacity = Capacity(served);
        var before = await served.StatsAsync();
        using var target = new Watched(served);
        var load = LoadRun.Run(target, Arrivals.Poisson(10 * capacity, 60, seed: 1), "poisson", _pictures);
        var ended = Stopwatch.GetTimestamp();
        double recoveredMs;
        do
        {
            var one = Stopwatch.GetTimestamp();
            using var answer = await served.Client.PostAsync("/detect", new ByteArrayContent(_pictures[0].ToArray()));
            recoveredMs = answer.IsSuccessStatusCode && Stopwatch.GetElapsedTime(one).TotalMilliseconds < 3 * 1000 / capacity ? Stopwatch.GetElapsedTime(ended).TotalMilliseconds : double.PositiveInfinity;
        }
        while (double.IsInfinity(recoveredMs) && Stopwatch.GetElapsedTime(ended).TotalSeconds < 60);

        double[] refused = [.. target.Statuses.Where(s => s.Status == 503).Select(s => s.Ms).Order()];
        output.WriteLine(FormattableString.Invariant($"capacity {capacity:F1}/s, offered {load.OfferedRate:F0}/s: {load.LatenciesMs.Count} answered, {load.Full} refused in p50 {Quantile.OfSorted(refused, 0.5):F1} ms, p99 {Quantile.OfSorted(refused, 0.99):F1} ms, {load.Late} late, {load.Failed} failed; memory {before.ResidentBytes >> 20} -> peak {load.PeakResidentBytes >> 20} MiB; as before {recoveredMs:F0} ms after the last answer"));
        Assert.Equal((0, 0), (load.Late, load.Failed));
        Assert.InRange(recoveredMs, 0, 2000);
    }

    [Fact(Explicit = true)]
    public async Task Strangers_IdleHalfSentAndDamaged_NoneCrashesIt()
    {
        using var served = Serve();
        var before = await served.StatsAsync();
        var port = new Uri(served.Url).Port;
        var idle = new List<TcpClient>();
        for (var i = 0; i < 10_000; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            if (i % 100 == 0) { await client.GetStream().WriteAsync("POST /detect HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nhalf"u8.ToArray()); }
            idle.Add(client);
        }

        using var good = await served.Client.PostAsync("/detect", new ByteArrayContent(_pictures[0].ToArray()));
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        output.WriteLine($"10,000 connections open, 100 of them with half a body: a request is answered; memory {(await served.StatsAsync()).ResidentBytes >> 20} MiB, before {before.ResidentBytes >> 20}");
        idle.ForEach(c => c.Dispose());

        var (random, statuses) = (new DeterministicRandom(seed: 1), new Dictionary<int, int>());
        for (var i = 0; i < 2000; i++)
        {
            var picture = _pictures[i % _pictures.Count].ToArray();
            for (var harm = 0; harm <= i % 5; harm++) { picture[random.Next(picture.Length)] = (byte)random.Next(256); }
            if (i % 3 == 0) { picture = picture[..random.Next(picture.Length)]; }
            using var answer = await served.Client.PostAsync("/detect", new ByteArrayContent(picture));
            statuses[(int)answer.StatusCode] = statuses.GetValueOrDefault((int)answer.StatusCode) + 1;
        }

        var after = await served.StatsAsync();
        output.WriteLine($"2,000 damaged pictures: {string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{s.Value} times {s.Key}"))}; memory {after.ResidentBytes >> 20} MiB");
        Assert.Empty(statuses.Keys.Except([200, 400]));
        Assert.Equal(0, after.Queue);
    }

    [Fact(Explicit = true)]
    public async Task Steady_SeventyPercent_NeitherMemoryNorLatencyGrows()
    {
        using var served = Serve("--deadline", "60s");
        var minutes = double.Parse(Environment.GetEnvironmentVariable("DETRLAB_MINUTES") ?? "30");
        var rate = 0.7 * Capacity(served);
        Load(served, rate, 60); // what the runtime compiles and the heap settles at
        var memory = new List<(double Minute, double MiB)>();
        var start = Stopwatch.GetTimestamp();
        var load = Task.Run(() => Load(served, rate, 60 * minutes, seed: 3));
        while (!load.IsCompleted)
        {
            memory.Add((Stopwatch.GetElapsedTime(start).TotalMinutes, (await served.StatsAsync()).ResidentBytes!.Value / 1048576.0));
            await Task.WhenAny(load, Task.Delay(5000));
        }

        var result = await load;
        // Whether it goes on growing, or was settling, is told by the second half; flat is all of it.
        var (slope, settled) = (SlopeOf(memory), SlopeOf([.. memory.Where(m => m.Minute > minutes / 2)]));
        double[] parts = [.. result.LatenciesMs.Chunk((result.LatenciesMs.Count + 5) / 6).Select(c => Quantile.Median(c))];
        double[] mebibytes = [.. memory.Chunk((memory.Count + 5) / 6).Select(c => Quantile.Median([.. c.Select(m => m.MiB)]))];
        output.WriteLine(FormattableString.Invariant($"{minutes} minutes at 70 %: {Figures(result)}; memory's slope {slope.Value:F2} [{slope.Lower:F2}, {slope.Upper:F2}] MiB a minute, in the second half {settled.Value:F2} [{settled.Lower:F2}, {settled.Upper:F2}]; medians of its sixths {string.Join(", ", mebibytes.Select(p => p.ToString("F0")))} MiB, {string.Join(", ", parts.Select(p => p.ToString("F1")))} ms"));
        Assert.Equal((0, 0, 0), (result.Full, result.Late, result.Failed));
        Assert.True(slope.Lower <= 0 || slope.Upper * minutes < 0.05 * memory[0].MiB, "memory grows");
    }

    [Fact(Explicit = true)]
    public void Kill_AndRestart_IsReadyAgain()
    {
        double[] ready = [.. Enumerable.Range(0, 6).Select(_ =>
        {
            using var served = Serve();
            served.Kill();
            return served.ReadyMs;
        })];
        output.WriteLine(FormattableString.Invariant($"killed and started again six times: ready {Quantile.Median(ready):F0} ms after the start of the process, at most {ready.Max():F0}"));
    }

    /// <summary>Remembers of each answer what a load alone does not: its status, its time from the sending, and the model that gave it.</summary>
    sealed class Watched(ServedProcess served) : ILoadTarget
    {
        internal ConcurrentBag<(int Status, double Ms)> Statuses { get; } = [];
        internal ConcurrentBag<string> Hashes { get; } = [];
        public string Name => served.Url;

        public async Task<SendResult> SendAsync(ReadOnlyMemory<byte> picture, CancellationToken stop)
        {
            var sent = Stopwatch.GetTimestamp();
            using var answer = await served.Client.PostAsync("/detect", new ReadOnlyMemoryContent(picture), stop);
            if (answer.IsSuccessStatusCode) { Hashes.Add(answer.Headers.GetValues("X-Model-Sha256").Single()); }
            Statuses.Add(((int)answer.StatusCode, Stopwatch.GetElapsedTime(sent).TotalMilliseconds));
            return (int)answer.StatusCode switch { 200 => SendResult.Answered, 503 => SendResult.Full, 504 => SendResult.Late, _ => SendResult.Failed };
        }

        public async Task<ServingStats?> StatsAsync(CancellationToken stop) => await served.StatsAsync();

        public void Dispose()
        {
        }
    }

    /// <summary>Of a line through the points, by least squares, with an interval from drawing blocks of them anew.</summary>
    static Interval SlopeOf(IReadOnlyList<(double X, double Y)> points)
    {
        static double Slope(IReadOnlyList<(double X, double Y)> p)
        {
            var (x, y) = (p.Average(q => q.X), p.Average(q => q.Y));
            var spread = p.Sum(q => (q.X - x) * (q.X - x));
            return spread > 0 ? p.Sum(q => (q.X - x) * (q.Y - y)) / spread : 0;
        }

        const int Block = 12; // a minute: neighbours are alike
        var random = new DeterministicRandom(seed: 1);
        var blocks = points.Chunk(Block).ToArray();
        double[] replicates = [.. Enumerable.Range(0, Bootstrap.Replicates).Select(_ => Slope([.. Enumerable.Range(0, blocks.Length).SelectMany(_ => blocks[random.Next(blocks.Length)])]))];
        return Bootstrap.IntervalOf(Slope(points), replicates);
    }

    public void Dispose() => _folder.Dispose();
}
