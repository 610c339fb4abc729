using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab load --target URL|in-process [--rate 5 | --find-rate --p99 500ms]</c></summary>
static class LoadCommand
{
    const string InProcess = "in-process";
    const int BuiltIn = 8, FirstBuiltIn = 4000;
    static readonly ImageSize s_size = new(480, 640);

    internal static Command Create()
    {
        var target = new Option<string>("--target") { Description = $"Address of a server, for example http://127.0.0.1:8080; or {InProcess}, which serves --model without a network.", Required = true };
        var images = new Option<string[]>("--images") { Description = "Pictures to send, files or folders of them; built-in ones otherwise.", AllowMultipleArgumentsPerToken = true };
        var rate = new Option<double?>("--rate") { Description = "Requests a second; by default half of what one after another gives." }.Within(0.001, 100_000);
        var arrivals = new Option<ArrivalKind>("--arrivals") { Description = "How they come: poisson (independent users), or bursts (--burst at once).", DefaultValueFactory = _ => ArrivalKind.Poisson };
        var burst = new Option<int>("--burst") { Description = "Requests of a burst.", DefaultValueFactory = _ => 8 }.Within(2, 10_000);
        var trace = new Option<string?>("--trace") { Description = "File of times in seconds, a request a line: they come as it says." };
        var duration = Duration.Option("--duration", "How long requests come; with --find-rate: at each rate that is tried.", TimeSpan.FromSeconds(60), TimeSpan.FromHours(24));
        var find = new Option<bool>("--find-rate") { Description = "Look for the highest rate that keeps --p99." };
        var p99 = Duration.Option("--p99", "The limit that 99 of 100 requests must keep.", TimeSpan.FromMilliseconds(500), TimeSpan.FromHours(1));
        var overhead = new Option<bool>("--overhead") { Description = $"What the server adds to calling the engine: the same pictures both ways, in turns, for --duration. With --target {InProcess}." };
        var seed = new Option<ulong>("--seed") { Description = "Of the arrivals.", DefaultValueFactory = _ => 1 };
        var json = new OutputFile("--json") { Description = "Write the figures and all latencies there." };
        var serving = new ServingArguments(modelRequired: false);
        var command = new Command("load", "Sends requests as users do, whether or not earlier ones are answered, and tells rate, latencies and losses.")
            .With([target, images, rate, arrivals, burst, trace, duration, find, p99, overhead, seed, json, .. serving.All])
            .OnlyWith(burst, "--arrivals bursts", r => r.GetValue(arrivals) == ArrivalKind.Bursts)
            .OnlyWith(p99, "--find-rate", r => r.GetValue(find))
            .OnlyWith(overhead, $"--target {InProcess}", r => r.GetValue(target) == InProcess)
            .OnlyWith(rate, "arrivals at a rate", r => !r.GetValue(find) && !r.GetValue(overhead) && r.GetValue(trace) is null);
        command.SetAction(async (parsed, stop) =>
        {
            var pictures = Pictures(parsed.GetValue(images)!);
            var isInProcess = parsed.GetValue(target) == InProcess;
            if (isInProcess != serving.NamesModel(parsed)) { throw LabError.BadInput(isInProcess ? "--target in-process serves a model itself, and none is named. Add: --model NAME|FILE" : "--model has an effect with --target in-process only: a server at an address has its own. Leave it out."); }
            await using var server = isInProcess ? serving.Open(parsed, stop) : null;
            using ILoadTarget to = server is null ? new HttpTarget(parsed.GetValue(target)!) : new InProcessTarget(server);
            var output = parsed.InvocationConfiguration.Output;
            parsed.InvocationConfiguration.Error.WriteLine($"detrlab: warming up {to.Name} …");
            var (warmUp, singleMs) = LoadRun.WarmUp(to, pictures, stop);
            var seconds = parsed.GetValue(duration).Time.TotalSeconds;
            IReadOnlyList<double> Due(double perSecond) => parsed.GetValue(arrivals) == ArrivalKind.Bursts
                ? [.. Arrivals.Bursts(perSecond, parsed.GetValue(burst), seconds, parsed.GetValue(seed))] : Arrivals.Poisson(perSecond, seconds, parsed.GetValue(seed));
            LoadResult Run(IReadOnlyList<double> due, string words)
            {
                if (due.Count == 0) { throw LabError.BadInput("No request comes in that time at that rate. Give a longer --duration or a higher --rate."); }
                return ConsoleProgress.Run($"Sending {words}", report => LoadRun.Run(to, due, words, pictures, report, stop)) with { WarmUp = warmUp };
            }

            if (parsed.GetValue(overhead))
            {
                var pairs = Math.Max(Bootstrap.LeastSamples, (int)(seconds * 1000 / (2 * singleMs)));
                var added = ConsoleProgress.Run("Measuring in turns", report => ServerOverhead.MeasureAsync(server!, pictures, pairs, report, stop).GetAwaiter().GetResult());
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Median of {added.Pairs} pictures: {added.DirectMs:F2} ms by calling the engine, {added.ServedMs:F2} ms through the server; added: {added.Added!.Value.Scale(100).ToString("+0.00;-0.00;0.00")} %."));
                if (parsed.GetValue(json) is { } place) { LabJson.Write(place, added); }
                return (int)ExitCode.Done;
            }

            string Words(double perSecond) => string.Create(CultureInfo.InvariantCulture, $"{(parsed.GetValue(arrivals) == ArrivalKind.Bursts ? $"bursts of {parsed.GetValue(burst)}" : "poisson")}, {perSecond:0.##} a second");
            if (parsed.GetValue(find))
            {
                var limit = parsed.GetValue(p99).Time;
                LoadTable.Head(output);
                var found = RateSearch.Find(limit.TotalMilliseconds, 99, singleMs, r => Run(Due(r), Words(r)), trial => LoadTable.Row(output, trial.Load, trial.Keeps switch { true => "keeps", false => "breaks", null => "undecided" }));
                output.WriteLine(LoadTable.Sentence(found, limit));
                if (parsed.GetValue(json) is { } searched) { LabJson.Write(searched, found); }
                return (int)(found.Keeps is null ? ExitCode.NoVerdict : ExitCode.Done);
            }

            var load = parsed.GetValue(trace) is { } file ? Run(Arrivals.Trace(file), $"the trace {file}")
                : Run(Due(parsed.GetValue(rate) ?? 500 / singleMs), Words(parsed.GetValue(rate) ?? 500 / singleMs));
            LoadTable.Head(output);
            LoadTable.Row(output, load, "");
            if (parsed.GetValue(json) is { } path) { LabJson.Write(path, load); }
            return (int)(load.Failed == 0 ? ExitCode.Done : ExitCode.CheckFailed);
        });
        return command;
    }

    static IReadOnlyList<ReadOnlyMemory<byte>> Pictures(string[] named) => named.Length == 0
        ? [.. Enumerable.Range(FirstBuiltIn, BuiltIn).Select(i => (ReadOnlyMemory<byte>)ImageWriter.Jpeg(SyntheticPhotographs.Create(i, s_size), quality: 90))]
        : [.. ImageFiles.Expand(named).Select(file => (ReadOnlyMemory<byte>)File.ReadAllBytes(file))];
}

/// <summary>How requests come.</summary>
enum ArrivalKind
{
    Poisson,
    Bursts,
}

/// <summary>The figures of loads as text: a row each, latencies in milliseconds from when a request was due.</summary>
static class LoadTable
{
    internal static void Head(TextWriter output) => output.WriteLine($"{"offered/s",10} {"achieved/s",10} {"p50",8} {"p90",8} {"p99",8} {"503",6} {"late",6} {"failed",6} {"batch",6} {"peak MiB",9}");

    internal static void Row(TextWriter output, LoadResult load, string verdict)
    {
        var summary = SampleSummary.Of(load.LatenciesMs);
        string Ms(double? value) => value is { } ms ? ms.ToString(ms >= 100 ? "F0" : "F1", CultureInfo.InvariantCulture) : "-";
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{load.OfferedRate,10:F2} {load.AchievedRate,10:F2} {Ms(summary?.Median),8} {Ms(summary?.P90.Value),8} {Ms(summary?.P99.Value),8} {load.FullShare,6:P0} {load.Late,6} {load.Failed,6} {(load.MeanBatch is { } batch ? batch.ToString("F2", CultureInfo.InvariantCulture) : "-"),6} {(load.PeakResidentBytes is { } bytes ? (bytes / 1048576.0).ToString("F0", CultureInfo.InvariantCulture) : "-"),9}  {verdict}").TrimEnd());
        if (summary?.P99.Reason is { } why) { output.WriteLine($"  no p99: {why}"); }
    }

    internal static string Sentence(FoundRate found, TimeSpan limit)
    {
        var what = FormattableString.Invariant($"99 of 100 requests within {limit.TotalMilliseconds:0} ms");
        string Rate(double rate) => rate.ToString("0.##", CultureInfo.InvariantCulture);
        return (found.Keeps, found.Breaks) switch
        {
            ({ } keeps, { } breaks) => $"{what}: kept at {Rate(keeps)} requests a second, broken at {Rate(breaks)}; the highest rate that keeps it lies between.",
            ({ } keeps, null) => $"{what}: kept at {Rate(keeps)} requests a second; no higher rate that was tried surely breaks it.",
            (null, { } breaks) => $"{what}: broken at {Rate(breaks)} requests a second; no lower rate that was tried surely keeps it. Try a longer --duration, or a higher limit.",
            _ => $"{what}: no rate that was tried decides it; needed about 300 requests at each. Try a longer --duration.",
        };
    }
}
