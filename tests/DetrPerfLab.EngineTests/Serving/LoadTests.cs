using System.Diagnostics;
using DetrPerfLab.EngineTests.Engines;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Serving;

/// <summary>Requests when they are due, latencies from when they were, and the rate that keeps a limit.</summary>
public sealed class LoadTests(TinyDetr tiny) : IClassFixture<TinyDetr>
{
    static readonly IReadOnlyList<ReadOnlyMemory<byte>> s_pictures = [ServedTiny.Picture(1), ServedTiny.Picture(2)];

    /// <summary>Answers none before so many have come.</summary>
    sealed class AllAtOnce(int requests) : ILoadTarget
    {
        readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int _came;
        public string Name => "all at once";

        public async Task<SendResult> SendAsync(ReadOnlyMemory<byte> picture, CancellationToken stop)
        {
            if (Interlocked.Increment(ref _came) == requests) { _all.SetResult(); }
            await _all.Task.WaitAsync(TimeSpan.FromMinutes(1), stop);
            return SendResult.Answered;
        }

        public Task<ServingStats?> StatsAsync(CancellationToken stop) => Task.FromResult<ServingStats?>(null);

        public void Dispose()
        {
        }
    }

    [Fact]
    public void Run_ServerTooSlow_RequestsStillComeWhenDueAndWaitingCounts()
    {
        using var target = new AllAtOnce(20);
        var result = LoadRun.Run(target, [.. Enumerable.Range(0, 20).Select(i => i * 0.01)], "even", s_pictures);
        Assert.Equal((20, 0), (result.LatenciesMs.Count, result.Failed)); // a client that waits for its answers would send one
        Assert.All(result.LatenciesMs.Index(), l => Assert.InRange(l.Item, 190 - (10 * l.Index), double.MaxValue)); // each waited for the last, due after 190 ms
    }

    /// <summary>Due at all parts of a millisecond, which timers do not know.</summary>
    [Fact]
    public void Run_AnsweredAtOnce_NoneIsSentBeforeItIsDue()
    {
        using var target = new AllAtOnce(1);
        Assert.All(LoadRun.Run(target, [.. Enumerable.Range(1, 60).Select(i => i * 0.0037)], "uneven", s_pictures).LatenciesMs, ms => Assert.True(ms >= 0, $"{ms} ms"));
    }

    [Fact]
    public void Run_SentLate_LatencyCountsFromWhenItWasDue()
    {
        using var target = new AllAtOnce(1);
        Assert.InRange(Assert.Single(LoadRun.Run(target, [-1], "late", s_pictures).LatenciesMs), 1000, double.MaxValue);
    }

    [Fact]
    public void Poisson_ManyRequests_HaveTheRateAndTheSpreadOfIndependentUsers()
    {
        var due = Arrivals.Poisson(50, 400, seed: 7);
        Assert.InRange(due.Count, 20_000 - 600, 20_000 + 600); // four standard deviations
        Assert.Equal(due, due.Order());
        double[] gaps = [.. due.Zip(due.Skip(1), (a, b) => b - a)];
        Assert.Equal(1, Math.Sqrt(gaps.Select(g => g * g).Average() - Math.Pow(gaps.Average(), 2)) / gaps.Average(), 0.05); // of an exponential: deviation = mean
        Assert.Equal(due, Arrivals.Poisson(50, 400, seed: 7));
        Assert.Equal(0, Arrivals.Bursts(50, 8, 400, seed: 7).Count() % 8);
    }

    [Theory]
    [InlineData("# a comment\n10.5\n11 GET /detect\n\n10.75,x\n", "0 0.25 0.5")]
    [InlineData("soon", "line 1: found 'soon'")]
    [InlineData("# nothing", "holds no request")]
    public void Trace_Lines_AreTimesFromTheFirst(string text, string expected)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("trace"), text);
        if (expected[0] == '0') { Assert.Equal(expected, string.Join(' ', Arrivals.Trace(folder.File("trace")).Select(t => t.ToString(System.Globalization.CultureInfo.InvariantCulture)))); }
        else { Assert.Contains(expected, Assert.Throws<LabException>(() => Arrivals.Trace(folder.File("trace"))).Message); }
    }

    [Theory]
    [InlineData(7.3)]
    [InlineData(0.4)]
    [InlineData(90)]
    public void Find_BorderSomewhere_LiesBetweenWhatKeepsAndWhatBreaks(double border)
    {
        static LoadResult Of(int good, int bad) => new() { Target = "", Arrivals = "", Sent = good + bad, LatenciesMs = [.. Enumerable.Repeat(1.0, good), .. Enumerable.Repeat(1000.0, bad)] };
        var found = RateSearch.Find(500, 99, singleMs: 100, rate => rate <= border ? Of(1000, 0) : Of(500, 500), _ => { });
        Assert.InRange(border, found.Keeps!.Value, found.Breaks!.Value);
        Assert.True(found.Breaks / found.Keeps < 1.4);
    }

    [Theory]
    [InlineData(400, 0, true)]
    [InlineData(200, 0, null)] // too few to tell
    [InlineData(390, 10, false)]
    public void Judge_Requests_DecideOrSayThatTheyDoNot(int good, int unanswered, bool? keeps)
    {
        var load = new LoadResult { Target = "", Arrivals = "", Sent = good + unanswered, Full = unanswered, LatenciesMs = [.. Enumerable.Repeat(1.0, good)] };
        Assert.Equal(keeps, RateSearch.Judge(load, 1, 500, 99).Keeps);
    }

    /// <summary>What the server counts is held against a clock around the requests.</summary>
    [Fact]
    public async Task Run_AgainstAServer_ItsOwnFiguresLieBelowThoseOfItsClients()
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        using var target = new HttpTarget(served.Host.Url);
        var result = LoadRun.Run(target, Arrivals.Poisson(20, 3, seed: 1), "poisson", s_pictures);
        Assert.Equal((result.Sent, 0, 0, 0), (result.LatenciesMs.Count, result.Full, result.Late, result.Failed));
        await Task.Delay(TimeSpan.FromSeconds(2)); // it counts a second once it is over
        Assert.InRange(served.Server.Metrics.Read().P50Ms!.Value, 0.01, 1.02 * Quantile.Median([.. result.LatenciesMs])); // its histogram keeps two digits
        var (info, single) = LoadRun.WarmUp(target, s_pictures, default);
        Assert.True(info.Operations > 0 && single > 0);
        Assert.Equal(result.Sent + info.Operations, served.Server.Metrics.Read().Pictures["answered"]);
    }

    [Fact]
    public async Task Overhead_SamePicturesInTurns_BothAreTimed()
    {
        await using var server = new ModelServer(new(tiny.WithMask, "ort"), new() { Detector = new() { Size = 64 } });
        var added = await ServerOverhead.MeasureAsync(server, s_pictures, pairs: 20, (_, _) => { });
        Assert.True(added.DirectMs > 0 && added.Added!.Value.Upper > 0, added.ToString()); // a request passes through all that a call does: it is never found to be faster, however noisy the machine
        Assert.Equal(added.ServedMs / added.DirectMs - 1, added.Added!.Value.Value, 1e-9);
    }

    [Fact]
    public async Task Run_InProcess_SameQueueWithoutHttp()
    {
        await using var server = new ModelServer(new(tiny.WithMask, "ort"), new() { Detector = new() { Size = 64 } });
        using var target = new InProcessTarget(server);
        var result = LoadRun.Run(target, Arrivals.Poisson(30, 1, seed: 1), "poisson", s_pictures);
        Assert.Equal(result.Sent, result.LatenciesMs.Count);
        Assert.Equal(1, result.MeanBatch ?? 1);
    }

    [Fact]
    public void Stream_GoesOnUntilDisposed_TellsLatenciesAsTheyCome()
    {
        const double Offered = 200;
        using var target = new AllAtOnce(1);
        var clock = Stopwatch.StartNew();
        using var stream = new LoadStream(target, Arrivals.Bursts(Offered, 1, double.PositiveInfinity, seed: 1), s_pictures);
        for (var i = 0; i < 3; i++) { Assert.Equal(20, stream.Next(20).Count); }
        var achieved = stream.AchievedRate;
        Assert.InRange(achieved, 60 / clock.Elapsed.TotalSeconds, Offered * 1.1); // sixty were answered by now, and none before it was due
        Assert.Equal(0, stream.FullShare);
    }
}
