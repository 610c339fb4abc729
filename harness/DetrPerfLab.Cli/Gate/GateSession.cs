using System.Diagnostics;

namespace DetrPerfLab.Cli;

/// <summary>A case with all that was found of it.</summary>
sealed record GateOutcome(GateCase Case, double BaseMs, IReadOnlyList<GateBound> Bounds)
{
    internal IEnumerable<string> Broken => Bounds.Select(b => b.Broken).OfType<string>();
}

/// <summary>One run of <c>detrlab gate</c>: prepare both sides, compare what they are, time them, decide, report.</summary>
/// <param name="limits">What counts as disturbed; null for what is normal on this machine.</param>
sealed class GateSession(GateOptions options, TextWriter output, TextWriter error, CancellationToken cancellation, ContaminationLimits? limits = null)
{
    readonly Stopwatch _clock = Stopwatch.StartNew();

    internal ExitCode Run()
    {
        using var alone = GateLock.Take();
        var machine = ThisMachine.Read();
        var known = GateKnowledge.Of(GateTrials.Read(GateTrials.PathOf(options.Results, machine)));
        var report = new GateReport(options, known, GateRule.For(known.Select(k => k.NoiseShare).DefaultIfEmpty(0).Max()));
        try
        {
            var outcomes = Measured(machine, report.Rule);
            var code = CodeOf(outcomes);
            report.Write(outcomes, code, output);
            return code;
        }
        catch (LabException reason)
        {
            report.WriteFailure(reason.Message); // CI shows the files, and an absent one says nothing
            throw;
        }
    }

    ExitCode CodeOf(IReadOnlyList<GateOutcome> outcomes) =>
        outcomes.Any(o => o.Case.Verdict == GateVerdict.Slower || o.Broken.Any()) ? ExitCode.CheckFailed
        : outcomes.All(o => o.Case.Verdict != GateVerdict.Undecided) ? ExitCode.Done
        : options.NoVerdict switch { NoVerdict.Pass => ExitCode.Done, NoVerdict.Fail => ExitCode.CheckFailed, _ => ExitCode.NoVerdict };

    List<GateOutcome> Measured(MachineInfo machine, GateRule rule)
    {
        options.Base.Prepare(options.Cases, Say);
        Headed(() => options.Head.Prepare(options.Cases, Say));
        var names = options.Cases.Select(c => c.ToString()).ToList();
        var still = options.Cases.ToDictionary(c => c.ToString(), Unmoving);
        var key = string.Join('\n', [options.Base.Identity, options.Head.Identity, string.Join(' ', names), machine.Fingerprint, $"{options.Seed} {options.Threads} {options.UnitMs} {rule}", BuildId.Of(typeof(GateSession), typeof(GateRun))]);
        using var journal = new Journal<GateEntry>(GateOptions.Cache, "gate", key, entry => entry.IsOf(names));
        if (options.Restart) { journal.Forget(_ => true); }
        if (journal.ForgetOtherDays() is { } forgotten) { Say(forgotten); }
        if (journal.Entries.Count(e => e.Block is not null) is > 0 and var done) { Say($"going on after {done} blocks of the run begun {journal.Started.LocalDateTime:yyyy-MM-dd HH:mm} (--restart begins anew)"); }
        var run = new GateRun(rule, options.Seed, journal, limits ?? ContaminationWatch.MeasureLimits()) { UnitMs = options.UnitMs };
        var units = options.Cases.ToDictionary(c => c.ToString(), c => (IGateUnits)new GateProcesses(c.ToString(), arm => Program(c, arm), options.Patience));
        var cases = run.Run(units, TimeSpan.FromMinutes(options.Minutes), Show, cancellation);
        var outcomes = cases.Select(c => new GateOutcome(c, c.BaseMs, [.. still[c.Name], .. Moving(run, c.Name)])).ToList();
        journal.Delete();
        return outcomes;
    }

    ProcessStartInfo Program(GateCaseName one, GateArm arm) => (arm == GateArm.Head ? options.Head : options.Base).Unit(one, copy: arm == GateArm.Copy, outputs: null);

    /// <summary>What goes wrong with the head is the gate's finding, not wrong use.</summary>
    static void Headed(Action work)
    {
        try { work(); }
        catch (LabException reason) when (reason.ExitCode != ExitCode.Missing) { throw LabError.CheckFailed($"the head: {reason.Message}"); }
    }

    /// <summary>What both sides are, before anything is timed: outputs on one input, the optimised graph, AP.</summary>
    IReadOnlyList<GateBound> Unmoving(GateCaseName one)
    {
        if (!options.Base.IsLab || !options.Head.IsLab) { return []; }
        var bounds = new List<GateBound>();
        var folder = Directory.CreateTempSubdirectory("detrlab-gate-").FullName;
        try
        {
            var found = new Dictionary<string, double>[2];
            foreach (var (side, index) in new[] { options.Base, options.Head }.Select((side, index) => (side, index)))
            {
                Say($"{one}: looking into the {(index == 0 ? "base" : "head")}");
                void Look()
                {
                    using var unit = new GateUnit($"{one}: the {(index == 0 ? "base" : "head")}", side.Unit(one, copy: false, Path.Combine(folder, $"{index}.bin")), options.Patience, cancellation);
                    found[index] = new(unit.End());
                }

                if (index == 1) { Look(); }
                else
                {
                    try { Look(); }
                    catch (LabException reason) { throw LabError.BadInput($"{reason.Message} Without a base there is nothing to compare with: name another with --base. (A build from before this gate cannot be one.)"); }
                }
            }

            bounds.Add(GateBound.Agreement(Compared(), options.MaxClassChanges, Allowed("agreement")));
            bounds.AddRange(found[0].Keys.Where(k => found[1].ContainsKey(k) && k is not ("allocated_bytes" or UnitReading.Peak)).Select(k => GateBound.Of(k, found[0][k], found[1][k], null, Allowed(k))));
            if (options.Coco is not null) { bounds.Add(GateBound.Ap(Ap(options.Base), Ap(options.Head), options.MaxApLoss, Allowed("ap"))); }
            return bounds;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        // Both on the images that one of them was proven on: INT8 has seen the others when it was calibrated.
        double Ap(GateSide side)
        {
            Say($"{one}: AP of {side.Text}");
            var (judged, list) = (options.Head.Judged.Count > 0 ? options.Head.Judged : options.Base.Judged, Path.Combine(folder, "images.txt"));
            if (judged.Count > 0) { File.WriteAllLines(list, judged); }
            return side.Ap(one, options.Coco!, judged.Count > 0 ? list : "all", cancellation);
        }

        AgreementInfo Compared()
        {
            try { return SavedOutputs.Compare("the base", SavedOutputs.Read(Path.Combine(folder, "0.bin")), SavedOutputs.Read(Path.Combine(folder, "1.bin"))); }
            catch (KeyNotFoundException other) { throw LabError.CheckFailed($"the head gives other outputs than the base: {other.Message}"); }
        }
    }

    /// <summary>What the timed processes told: memory, and what a program of the user's counts.</summary>
    IEnumerable<GateBound> Moving(GateRun run, string name) => run.FiguresOf(name).Order(StringComparer.Ordinal).SelectMany(figure =>
        run.FigureOf(name, GateArm.Base, figure) is { } before && run.FigureOf(name, GateArm.Head, figure) is { } after
            ? (GateBound[])[GateBound.Of(figure, before, after, run.FigureOf(name, GateArm.Copy, figure), Allowed(figure))] : []);

    bool Allowed(string figure) => options.Allowed.Contains(figure);

    void Show(GateProgress progress) => Say($"{progress.Case.Name}: {progress.Case.Describe()}; at most {Math.Max(0, progress.Left.TotalMinutes):0.0} min left");

    void Say(string text) => error.WriteLine($"[{_clock.Elapsed:m\\:ss}] {text}");
}

/// <summary>One gate at a time on a machine: two would disturb each other, and neither could decide.</summary>
sealed class GateLock : IDisposable
{
    readonly Mutex _mutex = new(false, "Global\\detrlab-gate");

    internal static GateLock Take()
    {
        var taken = new GateLock();
        try
        {
            if (taken._mutex.WaitOne(0)) { return taken; }
        }
        catch (AbandonedMutexException) { return taken; } // the earlier gate was killed

        taken._mutex.Dispose();
        throw LabError.BadInput("Another gate is measuring on this machine: each would disturb the other. Wait for it, or end it.");
    }

    public void Dispose()
    {
        _mutex.ReleaseMutex();
        _mutex.Dispose();
    }
}
