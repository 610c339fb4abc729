using System.Diagnostics;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab gate --self-test</c>: gates of equal builds, and of heads whose slow-down is known, so that the error rate on this machine is a count and no hope.</summary>
sealed class GateSelfTest(TextWriter output, TextWriter error, CancellationToken cancellation)
{
    const int Layers = 40; // of the model that is timed where none is named: one layer is 2.5 % of its work
    const double ShortUnitMs = 30, ShortMinutes = 3; // where a model takes a millisecond, as many inferences as elsewhere need less time

    static readonly Condition[] s_conditions =
    [
        new("same", "same", 0), new("slow-2", "slower 2 %", 0.02), new("slow-3", "slower 3 %", 0.03), new("slow-5", "slower 5 %", 0.05), new("slow-10", "slower 10 %", 0.10),
        new("fast-5", "faster 5 %", -0.05), new("work-5", "5 % more layers", 0.05) { MoreLayers = 2 }, new("same-tenant", "same, a neighbour takes a core in bursts", 0) { Tenant = true },
    ];

    readonly Stopwatch _clock = Stopwatch.StartNew();

    internal required string? Model { get; init; }
    internal required GateCaseName? Case { get; init; }
    internal required double Hours { get; init; }
    internal required double? Minutes { get; init; } // of a gate, at most; null: short ones for the built-in model, ten for another
    internal required int Runs { get; init; }

    /// <summary>Of the built-in model one: two threads that wait for each other in so short a process may share a core for all of its life.</summary>
    internal required int Threads { get; init => field = value == 0 && Model is null ? 1 : value; }
    internal required string? Conditions { get; init; }
    internal required string Results { get; init; }

    internal static IEnumerable<string> Names => s_conditions.Select(c => c.Name);

    internal ExitCode Run()
    {
        using var alone = GateLock.Take();
        var conditions = Chosen();
        var machine = ThisMachine.Read();
        var path = GateTrials.PathOf(Results, machine);
        var (@case, unitMs, minutes) = (Case ?? GateCaseName.AsItIs, Model is null ? ShortUnitMs : GateRun.DefaultUnitMs, Minutes ?? (Model is null ? ShortMinutes : 10));
        var setup = FormattableString.Invariant($"{(Model is null ? $"built-in model of {Layers} layers" : Path.GetFileName(Model))} {@case}, {(Threads > 0 ? $"{Threads} thread{(Threads == 1 ? "" : "s")}" : "all processors")}, {unitMs:0} ms a process, at most {minutes:0.##} min");
        var (@base, more) = (Side(Model ?? Built(Layers)), Model is null ? Side(Built(Layers + 2)) : null);
        @base.Prepare([@case], Say);
        more?.Prepare([@case], Say);
        if (!File.Exists(Path.Combine(Path.GetDirectoryName(path)!, "machine.json"))) { LabJson.Write(Path.Combine(Path.GetDirectoryName(path)!, "machine.json"), machine); }
        var limits = ContaminationWatch.MeasureLimits();
        var trials = GateTrials.Read(path).Where(t => t.Setup == setup).ToList();
        // The condition that has the least of what it should have comes next, so that an end at any moment leaves all of them counted; the telling ones come first.
        while (_clock.Elapsed < TimeSpan.FromHours(Hours) && conditions.Where(c => Done(c) < c.RunsOf(Runs)).MinBy(c => (!c.IsTelling, Done(c) / (double)c.RunsOf(Runs))) is { } next)
        {
            var trial = Try(next, @base, next.MoreLayers > 0 ? more! : @base, @case, setup, unitMs, minutes, limits, (ulong)trials.Count + 1);
            GateTrials.Add(path, trial);
            trials.Add(trial);
            Say($"{next.Title}: {trial.Verdict.ToString().ToLowerInvariant()}{(trial.SlowDown is { } s ? $" {GateCase.Percent(s)}" : "")}{(trial.Reason is { } why ? $", {why}" : "")}; {trial.Blocks.Count} blocks, {trial.Seconds:0} s; {Done(next)} of {next.RunsOf(Runs)}");
        }

        Print(trials, path);
        return ExitCode.Done;

        int Done(Condition condition) => trials.Count(t => t.Condition == condition.Title && !t.IsBusy);
    }

    Condition[] Chosen()
    {
        var named = Conditions?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (named?.FirstOrDefault(n => !Names.Contains(n)) is { } unknown) { throw LabError.UnknownName("condition", unknown, Names); }
        return [.. s_conditions.Where(c => (named is null || named.Contains(c.Name)) && (c.MoreLayers == 0 || Model is null))];
    }

    static string Built(int layers)
    {
        var path = Path.Combine(GateOptions.Cache, $"work-{layers}.onnx");
        OnnxFile.Save(
            WorkModel.Create(layers, new Dictionary<string, string>
            {
                [ModelUse.FamilyKey] = ModelFamilies.Classifier.Name,
                [ModelUse.PictureKey] = DetrExporter.ClassifierPicture.Replace("256", "32", StringComparison.Ordinal).Replace("224", "32", StringComparison.Ordinal),
            }),
            path);
        return path;
    }

    GateSide Side(string model) => GateSide.Of(model, "--base", Threads, new());

    GateTrial Try(Condition condition, GateSide @base, GateSide head, GateCaseName @case, string setup, double unitMs, double minutes, ContaminationLimits limits, ulong seed)
    {
        var (rule, started, clock) = (new GateRule(), DateTimeOffset.UtcNow, Stopwatch.StartNew());
        using var journal = new Journal<GateEntry>(GateOptions.Cache, "gate-trial", Guid.NewGuid().ToString("N"));
        using var tenant = condition.Tenant ? Neighbour.Start() : null;
        var run = new GateRun(rule, seed, journal, limits) { UnitMs = unitMs };
        // What was sped up is the base that was slowed: nothing else makes a model faster by a known amount.
        var (slowBase, slowHead) = condition.MoreLayers > 0 ? (0.0, 0.0) : condition.Slower >= 0 ? (0.0, condition.Slower) : ((1 / (1 + condition.Slower)) - 1, 0.0);
        var units = new GateProcesses($"{@case}", arm => arm == GateArm.Head ? head.Unit(@case, copy: false, null, slowHead) : @base.Unit(@case, copy: arm == GateArm.Copy, null, slowBase), TimeSpan.FromMinutes(2));
        var found = run.Run(new Dictionary<string, IGateUnits> { [$"{@case}"] = units }, TimeSpan.FromMinutes(condition.Tenant ? minutes / 3 : minutes), cancellation: cancellation)[0]; // beside a neighbour it seldom ends before its time
        journal.Delete();
        return new(condition.Title, condition.Slower, setup, condition.Tenant, seed, found.Verdict!.Value, found.Reason, found.SlowDown, found.NullControl, clock.Elapsed.TotalSeconds, rule.DeadBand, CommitProbe.Read(LabPaths.Root), started,
            [.. found.Blocks.Select(b => b with { MediansMs = [.. b.MediansMs.Select(ms => Math.Round(ms, 4))] })]);
    }

    void Print(IReadOnlyList<GateTrial> trials, string path)
    {
        foreach (var knowledge in GateKnowledge.Of(trials))
        {
            output.WriteLine(knowledge.Setup);
            output.WriteLine($"{"condition",-42} {"runs",5} {"slower",7} {"faster",7} {"same",6} {"no verdict",11}  share that it should find [95 %]");
            foreach (var c in knowledge.Conditions)
            {
                var (right, of) = (c.Slower == 0 ? c.Runs - c.AsSlower : c.Slower > 0 ? c.AsSlower : c.AsFaster, c.Runs);
                output.WriteLine($"{c.Name,-42} {c.Runs,5} {c.AsSlower,7} {c.AsFaster,7} {c.AsSame,6} {c.AsUndecided,11}  {Proportion.Of(right, of).Scale(100).ToString("0.0")} %{(c.Slower == 0 ? " not called slower" : "")}");
            }

            output.WriteLine(FormattableString.Invariant($"noise: {100 * knowledge.BlockShare:0.00} % from block to block, {100 * knowledge.NoiseShare:0.00} % from gate to gate; a block takes {knowledge.BlockSeconds:0.0} s"));
            output.WriteLine(FormattableString.Invariant($"a gate of 5, 10, 20 minutes finds slow-downs of {100 * knowledge.Detectable(5):0.0}, {100 * knowledge.Detectable(10):0.0}, {100 * knowledge.Detectable(20):0.0} % in 95 of 100 runs"));
            output.WriteLine($"On this machine {knowledge.Sentence()}.");
        }

        output.WriteLine($"Records: {path}");
    }

    void Say(string text) => error.WriteLine($"[{_clock.Elapsed:h\\:mm\\:ss}] {text}");

    /// <summary>What is done to the head, or to the machine.</summary>
    sealed record Condition(string Name, string Title, double Slower)
    {
        internal int MoreLayers { get; init; }
        internal bool Tenant { get; init; }

        /// <summary>Equal builds are the most common gate, and a false alarm the dearest error; then comes what a gate must find, or must not be misled by.</summary>
        internal int RunsOf(int runs) => Name == "same" ? runs : Math.Max(1, runs / (IsTelling ? 5 : 15));

        internal bool IsTelling => Name is "same" or "slow-5" or "fast-5" or "same-tenant";
    }

    /// <summary>A program that takes a core in bursts. It is nobody's child, so that the watch sees it as what it is: another's work.</summary>
    sealed class Neighbour : IDisposable
    {
        // Bursts of 0.2 to 0.9 s, pauses as long; it ends with the process that it is told.
        const string Script = "tenths() { echo 0.$(( 2 + $(od -An -N1 -tu1 /dev/urandom) % 8 )); }; while kill -0 \"$1\" 2>/dev/null; do timeout $(tenths) sh -c 'while :; do :; done'; sleep $(tenths); done";

        readonly Process _anchor;

        Neighbour(Process anchor) => _anchor = anchor;

        internal static Neighbour Start()
        {
            if (OperatingSystem.IsWindows()) { throw LabError.Missing("The neighbour of the self-test is a shell script, which this system does not run. Leave it out: --conditions"); }
            var anchor = Process.Start("sleep", "100000");
            using var starter = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "(setsid sh -c \"$0\" sh \"$1\" >/dev/null 2>&1 &)", Script, $"{anchor.Id}"]))!;
            starter.WaitForExit();
            return new(anchor);
        }

        public void Dispose()
        {
            _anchor.Kill();
            _anchor.WaitForExit();
            _anchor.Dispose();
        }
    }
}
