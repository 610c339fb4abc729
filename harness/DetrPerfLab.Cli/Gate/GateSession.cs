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
        AsItsFinding(() => options.Head.Prepare(options.Cases, Say));
        var names = options.Cases.Select(c => c.ToString()).ToList();
        var inspection = new GateInspection(options, Say, cancellation);
        var still = options.Cases.ToDictionary(c => c.ToString(), inspection.Bounds);
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
    static void AsItsFinding(Action work)
    {
        try { work(); }
        catch (LabException reason) when (reason.ExitCode != ExitCode.Missing) { throw LabError.CheckFailed($"the head: {reason.Message}"); }
    }

    /// <summary>What the timed processes told: memory, and what a program of the user's counts.</summary>
    IEnumerable<GateBound> Moving(GateRun run, string name) => run.FiguresOf(name).Order(StringComparer.Ordinal).Select(figure =>
        GateBound.Of(figure, run.FigureOf(name, GateArm.Base, figure), run.FigureOf(name, GateArm.Head, figure), run.FigureOf(name, GateArm.Copy, figure), options.Allowed)).OfType<GateBound>();

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
