using System.Text.Json;

namespace DetrPerfLab.Cli;

/// <summary>One run of <c>detrlab bench</c>: prepare, measure, store, report.</summary>
sealed class BenchSession(BenchOptions options, TextWriter output, TextWriter error)
{
    /// <summary>130 is what a shell gives for Ctrl+C.</summary>
    const ExitCode Interrupted = (ExitCode)130;

    /// <summary>Runs before each timed one, which bring back what another variant's turn drove out of the caches.</summary>
    const int UntimedRuns = 1;

    internal ExitCode Run(CancellationToken cancellation)
    {
        var model = VariantModel.Of(options.Model, family: options.Family); // a name that is none costs no time
        if (model.Note is not null) { error.WriteLine(model.Note); }
        error.WriteLine("Reading the machine: versions, and its peak rates where they have not been measured yet.");
        var machine = ThisMachine.ReadWithPeaks(options.Cache);
        var store = LabResults.Open(options.Results);
        var commit = CommitProbe.Read(LabPaths.Root);
        var size = options.SizeOf(model.Use);
        var artefacts = options.Variants.Select(v => KeyValuePair.Create(v, Prepare(v, model, cancellation))).ToList();
        var key = new BenchKey(
            machine.Fingerprint, $"{model.Name} {model.Identity} {model.Use.Family} {model.Use.Preprocessing(new()).Describe()}", artefacts, $"{commit} {BuildId.Of(typeof(BenchSession), typeof(VariantRegistry), typeof(MeasuredCase), typeof(RunResult))}",
            size.Height, size.Width, options.Threads, options.Rounds, options.Seed, UntimedRuns);
        using var journal = BenchJournal.Open(store.FolderOf(machine), key, options.Restart, error.WriteLine);
        if (Measure(journal, size, cancellation) is not { } measured) { return Interrupted; }

        var results = measured.Select(r => Complete(r, model, machine, commit)).ToList();
        var file = store.Merge(machine, BenchRun.Suite, results);
        journal.Delete();
        foreach (var one in results.Where(r => r is { Gap: null, Memory: null }))
        {
            if (one.Findings.LastOrDefault(f => f.Topic == "memory") is { } lack) { error.WriteLine($"detrlab: {one.Variant}: memory {lack.Text}"); }
        }

        Print(results, file, Path.GetFileName(store.FolderOf(machine)));
        return CodeOf(results);
    }

    /// <summary>Failures count, lacks of the machine do not, unless nothing at all could be measured.</summary>
    internal static ExitCode CodeOf(IReadOnlyList<RunResult> results) =>
        results.Any(r => r is { Gap: not null, GapIsLack: false }) ? ExitCode.CheckFailed
        : results.All(r => r.Gap is not null) ? ExitCode.Missing
        : ExitCode.Done;

    VariantCase CaseOf(string variant, VariantModel model) =>
        new(model, VariantRegistry.Get(variant), [options.SizeOf(model.Use)], new(options.Cache)) { Settings = new() { Threads = options.Threads }, Audit = new() { Seed = options.Seed } };

    string Prepare(string variant, VariantModel model, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try { return ConsoleProgress.Run($"Preparing {variant}", report => CaseOf(variant, model).Prepare((_, done, of) => report(done, of), fresh: true)); }
        catch (LabException) { return ""; } // its own process fails likewise, and its reason becomes the gap
    }

    /// <summary>Null when the user interrupted.</summary>
    IReadOnlyList<RunResult>? Measure(BenchJournal journal, ImageSize size, CancellationToken cancellation)
    {
        var cases = options.Variants.Select(v => new WorkerProcess(EngineProgram.Worker, new(options.Model, v, size.Height, size.Width, options.Threads, options.Cache)
        {
            Use = options.Family == new FamilyOptions() ? null : JsonSerializer.Serialize(options.Family, LabJson.OneLine),
            Seed = options.Seed,
            WarmUpCapMs = options.WarmUpCapMs,
            Samples = options.Rounds,
        })).ToList();
        try
        {
            var limits = ContaminationWatch.MeasureLimits();
            var run = new BenchRun(journal, limits) { Repeats = RepetitionInfo.Most };
            var results = BenchDisplay.Run(error, show => run.Run(cases, show, cancellation), options.Baseline);
            if (run.Repetition is { } said) { error.WriteLine(said); }
            return results;
        }
        catch (OperationCanceledException)
        {
            if (journal.CompleteRounds == 0) { journal.Delete(); }
            error.WriteLine($"detrlab: interrupted after round {journal.CompleteRounds} of {journal.PlannedRounds}"
                + (journal.CompleteRounds > 0 ? "; the same command goes on from there." : "; nothing is kept."));
            return null;
        }
        finally
        {
            foreach (var one in cases) { one.Dispose(); }
        }
    }

    RunResult Complete(RunResult measured, VariantModel model, MachineInfo machine, string commit)
    {
        var parameters = options.Parameters(model);
        return VariantCase.TryExplain(
            measured with
            {
                Id = BenchOptions.IdOf(measured.Variant, parameters),
                Suite = BenchRun.Suite,
                Parameters = parameters,
                Commit = commit,
                Machine = machine.Fingerprint,
                Options =
                [
                    .. options.Model == BenchOptions.DefaultModel ? (string[])[] : ["--model", options.Model],
                    .. options.Baseline is { } baseline ? (string[])["--baseline", baseline] : [],
                ],
            },
            result => CaseOf(result.Variant, model).Explain(result, machine));
    }

    void Print(IReadOnlyList<RunResult> results, string file, string machine)
    {
        var report = Report(machine);
        if (options.Json)
        {
            output.WriteLine(JsonSerializer.Serialize(results, LabJson.Options));
        }
        else
        {
            foreach (var line in BenchTable.Plain(results, options.Baseline)) { output.WriteLine(line); }
            foreach (var noisy in results.Where(r => r.Contamination is { Verdict: not ContaminationVerdict.Clean }))
            {
                output.WriteLine($"{noisy.Variant}: {noisy.Contamination!.Verdict.ToString().ToLowerInvariant()}: {string.Join("; ", noisy.Contamination.Reasons)}{(noisy.IsContaminated ? "; it decides nothing" : "")}");
            }

            foreach (var line in BenchClosing.Lines(results, options.Baseline ?? LabResults.BaselineOf(options.Variants))) { output.WriteLine(line); }

            output.WriteLine($"Results: {file}");
            if (report is not null) { output.WriteLine($"Report:  {report.Markdown}, {report.Html}"); }
        }

        foreach (var gap in results.Where(r => r.Gap is not null)) { error.WriteLine($"detrlab: {gap.Variant} was left out: {gap.Gap}"); }
        foreach (var warning in report?.Warnings ?? []) { error.WriteLine($"detrlab: {warning}"); }
    }

    /// <summary>Null, with the reason said, where it cannot be written: the results are stored by then.</summary>
    ReportFiles? Report(string machine)
    {
        try { return Reporter.Write(new() { ResultsDir = options.Results, Machine = machine, PlotsDir = options.Charts ? options.Plots : null }); }
        catch (LabException reason)
        {
            error.WriteLine($"detrlab: {reason.Message}");
            return null;
        }
    }
}
