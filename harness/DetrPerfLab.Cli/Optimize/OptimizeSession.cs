using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using static System.FormattableString;

namespace DetrPerfLab.Cli;

/// <summary>A step that is done, and what it found; so that an interrupted run goes on after it.</summary>
sealed record OptimizeStep(string Name, JsonElement Found);

/// <summary>One run of <c>detrlab optimize</c>: build, screen, judge, choose options, measure the finalists, pick, write.</summary>
/// <param name="limits">What counts as disturbed; null for what is normal on this machine.</param>
/// <remarks>Files and evaluated images are kept by their own caches and journals; times are kept here, of one day only.</remarks>
sealed class OptimizeSession(OptimizeOptions options, TextWriter output, TextWriter error, CancellationToken cancellation, ContaminationLimits? limits = null)
{
    const int ScreeningRounds = 6; // the fewest that give an interval
    const string Int8Static = "ort-int8-static"; // the variant that a search for float layers makes better
    const int MostFinalRounds = 25, LeastTrials = 4;
    const int SensitivityImages = 8;
    const int MostFinalists = 4; // more would have fewer rounds each

    readonly Stopwatch _clock = Stopwatch.StartNew();
    readonly string _machine = ThisMachine.Read().Fingerprint;
    ImageSize _size;
    double _fp32Ms; // of an inference, about: time is planned with it, no figure comes from it
    Journal<OptimizeStep>? _steps;

    /// <summary>Which code measured: what another measured is not taken.</summary>
    static string Code { get; } = $"{CommitProbe.Read(LabPaths.Root)} {BuildId.Of(typeof(OptimizeSession), typeof(VariantRegistry), typeof(MeasuredCase))}";

    double LeftMs => (options.Minutes * 60_000) - _clock.Elapsed.TotalMilliseconds;

    internal ExitCode Run()
    {
        var source = VariantModel.Of(options.Model, new CalibrationChoice(), options.Family);
        if (source.Note is not null) { error.WriteLine(source.Note); }
        WrittenFiles.RequireOwn(Deployment.FilesIn(options.Out));
        _size = source.InputSize(new(options.Size ?? source.Use.Side, (options.Size ?? source.Use.Side) * 4 / 3));
        Say($"{source.Name}: {source.Use.Family.Name} ({source.Use.FamilySource}), {_size} pixels");
        var fp32 = Build(Arm.Baseline(new()));
        _fp32Ms = OneInference();
        using var judge = Judge.Of(options, source.Use, ImagesFor(_fp32Ms), Say);
        var calibration = new CalibrationChoice { Folder = judge.Calibration.Count == 0 ? null : Cached("calibration", ".txt", string.Concat(judge.Calibration.Select(f => Path.GetFullPath(f) + "\n"))) };
        Say($"judged by {judge.Measure} on {judge.On}, calibrated on {(judge.Calibration.Count > 0 ? $"{judge.Calibration.Count} others" : "built-in pictures")}; FP32 takes about {_fp32Ms:F1} ms, {fp32.Info.Bytes / 1048576.0:F1} MiB");

        using var steps = _steps = new(OptimizeOptions.Cache, "optimize", KeyOf(source, judge), step => step is { Name: not null });
        if (steps.ForgetOtherDays() is { } forgotten) { Say(forgotten); }
        var survivors = Screened(calibration);
        var judged = Judged(judge, calibration, survivors);
        var tuned = Tuned(survivors.Concat(judged.Select(j => j.Arm)).First(a => judged.Any(j => j.Arm == a && j.Judged.Loss.Value <= judge.MostLoss)));
        var finalists = Finals(source, judge, survivors, judged, tuned, out var eager);
        var picks = Picks.Of(finalists, options, judge);
        new OptimizeReport(options, judge, finalists, picks, eager).Print(output);
        if (!picks.TryGetValue(options.Pick, out var pick)) { return ExitCode.CheckFailed; }
        Deployment.Write(options, judge, source, picks, pick);
        output.WriteLine($"{options.Pick.ToString().ToLowerInvariant()} written to {options.Out}: the model, its options, a program that runs it, README.md with the proof.");
        judge.Forget();
        steps.Delete();
        return ExitCode.Done;
    }

    void Say(string text) => error.WriteLine($"[{_clock.Elapsed:m\\:ss}] {text}");

    string KeyOf(VariantModel source, Judge judge) => string.Join('\n', [
        source.Identity, $"{source.Use.Preprocessing(options.Detector).Describe()} {_size} {judge.Limit} {options.Minutes}", .. judge.Calibration.Concat(judge.Judged).Select(FileHash.Sha256),
        _machine, Code]);

    /// <summary>Does a step, or takes what an interrupted run found.</summary>
    /// <param name="holds">Whether what was found is worth keeping; null for always.</param>
    T Once<T>(string name, Func<T> work, Func<T, bool>? holds = null)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_steps!.Entries.FirstOrDefault(step => step.Name == name) is { } done && done.Found.Deserialize<T>(LabJson.Options) is { } known) { return known; }
        var found = work();
        if (holds is null || holds(found)) { _steps.Add(new(name, JsonSerializer.SerializeToElement(found, LabJson.Options))); }
        return found;
    }

    Artefact Build(Arm arm) => ConsoleProgress.Run($"building {arm.Name}", report => arm.Build(options, report));

    /// <summary>The quicker of two, after one that warms up; milliseconds.</summary>
    double OneInference()
    {
        using var opened = Arm.Baseline(new()).Open(options);
        var inputs = Arm.Baseline(new()).ModelOf(options).CreateInputs(_size);
        var outputs = opened.Engine.AllocateOutputs(inputs);
        var operation = new EngineOperation(opened.Engine, inputs, outputs);
        var meter = new LatencyMeter();
        meter.Measure(operation);
        return Math.Min(meter.Measure(operation), meter.Measure(operation));
    }

    /// <summary>So many that four candidates are judged in a third of the time.</summary>
    int ImagesFor(double oneMs) => (int)Math.Clamp(options.Minutes * 60_000 / 3 / (4 * (oneMs + 20)), 1, int.MaxValue);

    /// <summary>A file named by its content, which worker processes read: two runs at once do not exchange theirs.</summary>
    static string Cached(string kind, string ending, string text)
    {
        var path = Path.Combine(OptimizeOptions.Cache, $"{kind}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12]}{ending}");
        AtomicFile.WriteText(path, text);
        return path;
    }

    /// <summary>Candidates whose times do not say that they are slower than FP32, the fastest first; FP32 itself always.</summary>
    IReadOnlyList<Arm> Screened(CalibrationChoice calibration)
    {
        var arms = Deployable(Arm.Baseline(calibration).ModelOf(options)).Select(v => new Arm(v.Name, calibration)).ToList();
        foreach (var arm in arms.ToList())
        {
            try { Build(arm); }
            catch (LabException reason) when (arm.Variant != VariantName.OrtFp32)
            {
                Say($"{arm.Name}: left out: {reason.Message}");
                arms.Remove(arm);
            }
        }

        var runs = MeasuredInQuiet("screen", arms, ScreeningRounds);
        var baseline = runs[0];
        var kept = new List<(Arm Arm, double Ms)>();
        foreach (var (arm, run) in arms.Zip(runs))
        {
            if (run.Gap is { } gap) { Say($"{arm.Name}: left out: {gap}"); continue; }
            var ratio = Ratio(baseline, run);
            var slower = ratio.Upper < 1 && arm != arms[0] && IsClean(runs); // times of a busy machine leave nobody out
            if (arm != arms[0]) { Say(Invariant($"{arm.Name}: {ratio.ToString("F2")} x FP32's speed, {run.Artefact!.Bytes / 1048576.0:F1} MiB{(slower ? ": not faster, left out" : "")}")); }
            if (!slower) { kept.Add((arm, Quantile.Median([.. run.SamplesMs]))); }
        }

        return [.. kept.OrderBy(k => k.Ms).Select(k => k.Arm)];
    }

    /// <summary>What ONNX Runtime runs with plain packages, FP32 first; one of each precision and kind. The export with operators of its own is made of a DETR's weights.</summary>
    static IEnumerable<Variant> Deployable(VariantModel model) => VariantRegistry.All
        .Where(v => v.Parts is { Engine: EngineKind.Ort, Options: "" or "weights" or "dynamic" or "static" } || VariantRegistry.OnGpu.Contains(v.Name)
            || (model.Config is DetrConfig && v.Parts is { Engine: EngineKind.Ort, Options: "fused" or "static-fused" }))
        .OrderBy(v => v.Name == VariantName.OrtFp32 ? 0 : 1);

    List<(Arm Arm, Judgement Judged)> Judged(Judge judge, CalibrationChoice calibration, IReadOnlyList<Arm> survivors)
    {
        var judged = new List<(Arm Arm, Judgement Judged)>();
        foreach (var arm in survivors.OrderBy(a => a.Variant == VariantName.OrtFp32 ? 0 : 1))
        {
            var found = ConsoleProgress.Run($"judging {arm.Name}", report => judge.Judgement(() => arm.Open(options), report, cancellation));
            Say(Invariant($"{arm.Name}: {judge.Measure} {found.Points:F1}{(judged.Count > 0 ? $", loses {found.Loss.ToString("F1")} points" : "")}"));
            judged.Add((arm, found));
        }

        if (judged.FirstOrDefault(j => j.Arm.Variant == Int8Static) is { Arm: not null } int8 && int8.Judged.Loss.Value > judge.MostLoss && Kept(judge, calibration) is { } kept)
        {
            judged.Add(kept);
        }

        return judged;
    }

    /// <summary>The fastest mix of precisions within the limit; null where time does not allow the search, or it finds none.</summary>
    (Arm Arm, Judgement Judged)? Kept(Judge judge, CalibrationChoice calibration)
    {
        var baseline = Arm.Baseline(calibration);
        var model = OnnxFile.Load(baseline.Build(options, (_, _) => { }).Path);
        var use = baseline.ModelOf(options).Use;
        var quantization = new StaticOptions { Plan = QuantizationPlan.Mixed, Calibration = calibration.Method };
        // A quarter of what is left goes to measuring layers, half of the rest to trying mixes.
        var groups = model.Graph.Node.Count(n => n.OpType is "Conv" or "MatMul" or "Gemm"); // each is measured alone
        var images = (int)Math.Min(SensitivityImages, 0.25 * LeftMs / Math.Max(1, groups * _fp32Ms));
        if (images < 1)
        {
            Say("no time to search for layers that should stay float: give more with --minutes");
            return null;
        }

        IReadOnlyCollection<TensorSet> inputs = judge.Calibration.Count > 0
            ? CalibrationImages.Of(use, judge.Calibration, images, options.Detector) : CalibrationImages.Synthetic(use, images, options.Detector);
        var analysis = new SensitivityOptions { Quantization = quantization, Cancellation = cancellation };
        var table = Once("sensitivity", () => ConsoleProgress.Run("finding what 8 bits cost each layer", report => SensitivityAnalysis.Run(new OrtCalibrationRunner(), model, inputs, analysis with { Progress = report })));
        using var search = new MixSearch(model, use, analysis, inputs, table, open => judge.Judgement(open, (_, _) => { }, cancellation).Loss.Value);
        var started = _clock.Elapsed;
        search.LossOf(new HashSet<string>());
        var trials = (int)Math.Min(MixSearch.MostTrials, 0.5 * LeftMs / Math.Max(1, (_clock.Elapsed - started).TotalMilliseconds));
        if (trials < LeastTrials)
        {
            Say("no time to search for layers that should stay float: give more with --minutes");
            return null;
        }

        for (var target = judge.MostLoss; ;)
        {
            var list = ConsoleProgress.Run("searching the layers that stay float", report => search.Run(target, trials, report));
            if (!list.Holds)
            {
                Say(Invariant($"no mix of precisions keeps to the limit: the best of {list.Trials} loses {list.Loss:F1} points"));
                return null;
            }

            var arm = new Arm(Int8Static, calibration with { KeepList = Cached("kept", ".json", JsonSerializer.Serialize(table with { KeepList = list }, LabJson.Options)) });
            Build(arm);
            var judged = judge.Judgement(() => arm.Open(options), (_, _) => { }, cancellation);
            Say(Invariant($"{arm.Name}: {list.Groups.Count} of {table.Groups.Count} groups stay float, loses {judged.Loss.ToString("F1")} points; chosen on the images that it is judged on"));
            // Mixes are tried with a few calibration images, the file has all of them: what that costs is taken off the target, once.
            if (judged.Loss.Value <= judge.MostLoss || target < judge.MostLoss) { return (arm, judged); }
            target -= judged.Loss.Value - list.Loss;
            Say(Invariant($"searching once more, for {target:F1} points: with all calibration images the mix loses more than the limit of {judge.MostLoss:F1}"));
        }
    }

    /// <summary>The candidate with the session options that are faster for it than the default, where the times decide it.</summary>
    Arm Tuned(Arm arm)
    {
        var cores = Environment.ProcessorCount;
        List<Arm> arms = [arm];
        for (var threads = 1; threads < cores && arms.Count < 5; threads *= 2) { arms.Add(arm with { Threads = threads }); }
        if (cores > 1) { arms.Add(arm with { Spinning = false }); }
        if (arms.Count == 1) { return arm; }
        var runs = MeasuredInQuiet($"options of {arm.Name}", arms, ScreeningRounds);
        if (!IsClean(runs))
        {
            Say("session options: the default, since the machine was busy with something else while others were tried");
            return arm;
        }

        var best = arms.Zip(runs).Skip(1).Where(r => r.Second.Gap is null && Ratio(runs[0], r.Second).Lower > 1).OrderByDescending(r => Ratio(runs[0], r.Second).Value).Select(r => r.First).FirstOrDefault();
        Say(best is null ? $"session options: none of {string.Join("; ", arms.Skip(1).Select(a => a.Name))} is faster than the default, {cores} threads that spin"
            : Invariant($"session options: {best.Name}, {Ratio(runs[0], runs[arms.IndexOf(best)]).ToString("F2")} x the default's speed"));
        return best ?? arm;
    }

    IReadOnlyList<Finalist> Finals(VariantModel source, Judge judge, IReadOnlyList<Arm> survivors, IReadOnlyList<(Arm Arm, Judgement Judged)> judged, Arm tuned, out RunResult? eager)
    {
        List<(Arm Arm, Judgement Judged)> entries = [judged[0]]; // FP32 with the default options: what the others are compared with
        var places = survivors.ToList();
        foreach (var (arm, found) in judged.Where(j => j.Judged.Loss.Value <= judge.MostLoss).OrderBy(j => places.IndexOf(j.Arm)).Take(MostFinalists)) // a mix that was searched for comes first
        {
            var own = arm with { Threads = tuned.Threads, Spinning = tuned.Spinning };
            if (own != entries[0].Arm) { entries.Add((own, found)); }
        }

        var arms = entries.Select(e => e.Arm).ToList();
        var withEager = source.Config is not null && options.Size is null;
        if (withEager) { arms.Add(new(VariantName.Baseline, entries[0].Arm.Calibration)); }
        var runs = MeasuredInQuiet("finals", arms, FinalRounds(arms.Count));
        eager = withEager && runs[^1].Gap is null ? runs[^1] : null;
        foreach (var (arm, run) in arms.Zip(runs).Where(r => r.Second.Gap is not null)) { Say($"{arm.Name}: left out: {run.Gap}"); }
        if (runs[0].Gap is { } lack) { throw LabError.CheckFailed($"FP32, which the others are compared with, could not be measured: {lack}"); }
        return [.. entries.Zip(runs).Where(e => e.Second.Gap is null).Select(e => new Finalist(e.First.Arm, e.Second, e.First.Judged, Ratio(runs[0], e.Second)))];
    }

    /// <summary>Measured again, at most twice, where the machine was busy with something else meanwhile and time is left; only what it was not is kept for a run that goes on.</summary>
    IReadOnlyList<RunResult> MeasuredInQuiet(string step, IReadOnlyList<Arm> arms, int rounds)
    {
        var passMs = rounds * arms.Count * TurnMs;
        return Once(step, () => Measure(arms, rounds, repeats: (int)Math.Clamp((LeftMs / 2 / passMs) - 1, 0, RepetitionInfo.Most)), IsClean);
    }

    static bool IsClean(IReadOnlyList<RunResult> runs) => !runs.Any(r => r.IsContaminated);

    /// <summary>Of an arm, about: a quarter of a second of inferences and a rest, or two long inferences.</summary>
    double TurnMs => Math.Max(350, 2.2 * _fp32Ms);

    /// <summary>As many as half of what is left allows.</summary>
    int FinalRounds(int arms) => (int)Math.Clamp(LeftMs / 2 / (arms * TurnMs), ScreeningRounds, MostFinalRounds);

    static Interval Ratio(RunResult baseline, RunResult run) => baseline == run ? new(1, 1, 1, 0.95) : Bootstrap.RatioOfMedians([.. baseline.RoundsMs], [.. run.RoundsMs], paired: true)!.Value;

    IReadOnlyList<RunResult> Measure(IReadOnlyList<Arm> arms, int rounds, int repeats)
    {
        var artefacts = arms.Select(arm => KeyValuePair.Create(arm.Name, ConsoleProgress.Run($"preparing {arm.Name}", report => arm.CaseOf(options, _size).Prepare((_, done, of) => report(done, of), fresh: true)))).ToList();
        var key = new BenchKey(
            _machine, options.Model, artefacts, Code,
            _size.Height, _size.Width, 0, rounds, 1, 1);
        using var journal = BenchJournal.Open(OptimizeOptions.Cache, key, restart: false, Say);
        var cases = arms.Select(arm => new WorkerProcess(EngineProgram.Worker, arm.Request(options, _size, rounds))).ToList();
        try
        {
            var run = new BenchRun(journal, limits ?? ContaminationWatch.MeasureLimits()) { Repeats = repeats };
            var runs = BenchDisplay.Run(error, show => run.Run(cases, show, cancellation));
            if (run.Repetition is { } repetition) { Say(repetition); }
            journal.Delete();
            return runs;
        }
        finally
        {
            foreach (var one in cases) { one.Dispose(); }
        }
    }
}
