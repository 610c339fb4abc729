using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab gate --base X --head Y [--case …] [--minutes 10]</c>; <c>detrlab gate --self-test [--hours N]</c></summary>
static class GateCommand
{
    internal static Command Create()
    {
        var @base = new Option<string?>("--base") { Description = "What the head is compared with: a git ref or a checkout of this lab, a model file, a folder that 'detrlab optimize' wrote." };
        var head = new Option<string?>("--head") { Description = "What is new: the same kinds." };
        var baseCommand = new Option<string?>("--base-command") { Description = "A program of your own instead of --base, for example \"dotnet old/pipeline.dll\"; see eng/gate." };
        var headCommand = new Option<string?>("--head-command") { Description = "A program of your own instead of --head." };
        var cases = new Option<string[]>("--case") { Description = "What is timed, [MODEL/]VARIANT[@SIDE], for example detr-r50/ort-int8-static@512; several may be named. A build needs the model; a model file is timed as it is unless a variant is named.", AllowMultipleArgumentsPerToken = true };
        var minutes = new Option<double>("--minutes") { Description = "Time to measure, at most: it ends as soon as every case has a verdict.", DefaultValueFactory = _ => 10 }.Within(0.1, 10_000);
        var unit = new Option<double>("--unit-ms") { Description = "Milliseconds of timed runs in each process, after a third more to warm up.", DefaultValueFactory = _ => GateRun.DefaultUnitMs }.Within(1, 600_000);
        var seed = new Option<ulong>("--seed") { Description = "Decides the order of the processes.", DefaultValueFactory = _ => 1UL };
        var threads = SharedOptions.Threads();
        var coco = new Option<string?>("--coco") { Description = "Labelled boxes: a folder with images/ and instances.json; AP is compared too." };
        var loss = new Option<double>("--max-ap-loss") { Description = "Points of AP that the head may lose.", DefaultValueFactory = _ => 0.5 }.Within(0, 100);
        var changes = new Option<double>("--max-class-changes") { Description = "Queries whose class may change on the same input, per cent.", DefaultValueFactory = _ => 2 }.Within(0, 100);
        var allow = new Option<string[]>("--allow") { Description = $"Figures that may grow, separated by commas: {string.Join(", ", GateBound.Names)}, or a figure of your program.", AllowMultipleArgumentsPerToken = true };
        var noVerdict = new Option<NoVerdict>("--no-verdict") { Description = "What a gate that could not decide returns: pass (0), fail (1), exit4 (4).", DefaultValueFactory = _ => NoVerdict.Exit4 };
        var patience = new Option<double>("--timeout") { Description = "Seconds that a process may take for an answer.", DefaultValueFactory = _ => 120 }.Within(1, 86_400);
        var json = new OutputFile("--json") { Description = "File for all of it as JSON, every process's median included." };
        var junit = new OutputFile("--junit") { Description = "File for the cases as tests, JUnit XML." };
        var summary = new OutputFile("--summary") { Description = "File for a pull request, Markdown." };
        var restart = new Option<bool>("--restart") { Description = "Measure anew instead of going on with an interrupted run." };
        var selfTest = new Option<bool>("--self-test") { Description = "Find out how often this gate errs on this machine: gates of equal builds and of heads slowed by a known amount. Goes on where it was." };
        var hours = new Option<double>("--hours") { Description = "Time for the self-test.", DefaultValueFactory = _ => 1 }.Within(0.01, 1000);
        var runs = new Option<int>("--runs") { Description = "Of the self-test: gates of each condition, at most.", DefaultValueFactory = _ => 300 }.Within(1, 100_000);
        var conditions = new Option<string?>("--conditions") { Description = $"Of the self-test: some of {string.Join(", ", GateSelfTest.Names)}." };
        var results = new OutputFolder("--results") { Description = "Folder of results that keeps the self-test's records, which every gate reads.", DefaultValueFactory = _ => LabPaths.Results };
        var family = new FamilyArguments();
        var command = new Command("gate", "Tells whether a new build, model or program is slower than the one before, with a known error rate; for CI. Exit 0 same or faster, 1 slower or a bound broken, 4 no verdict.")
            .With([@base, head, baseCommand, headCommand, cases, minutes, unit, seed, threads, coco, loss, changes, allow, noVerdict, patience, json, junit, summary, restart, selfTest, hours, runs, conditions, results, .. family.All]);
        bool IsSelfTest(System.CommandLine.Parsing.CommandResult result) => result.GetValue(selfTest);
        command.OnlyWith(hours, "--self-test", IsSelfTest).OnlyWith(runs, "--self-test", IsSelfTest)
            .OnlyWith(loss, "--coco", result => result.GetValue(coco) is not null);
        command.SetAction((parsed, cancellation) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            List<GateCaseName> named = [.. (parsed.GetValue(cases) ?? []).SelectMany(c => c.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct().Select(GateCaseName.Parse)];
            if (parsed.GetValue(selfTest))
            {
                return Task.FromResult((int)new GateSelfTest(output, error, cancellation)
                {
                    Model = parsed.GetValue(@base),
                    Case = named.FirstOrDefault(),
                    Hours = parsed.GetValue(hours),
                    Minutes = parsed.GetResult(minutes) is { Implicit: false } ? parsed.GetValue(minutes) : null,
                    Runs = parsed.GetValue(runs),
                    Threads = parsed.GetValue(threads),
                    Conditions = parsed.GetValue(conditions),
                    Results = parsed.GetValue(results)!,
                }.Run());
            }

            if (parsed.GetValue(conditions) is not null) { throw LabError.OutOfRange("given", "left out: it has an effect with --self-test only", conditions.Name); }
            var (one, other) = (Side(@base, baseCommand), Side(head, headCommand));
            if (named.Count == 0) { named.Add(one.NeedsModel || other.NeedsModel ? throw LabError.BadInput("A build of the lab needs to be told what to time: --case MODEL/VARIANT[@SIDE], for example --case detr-r50/ort-fp32@512.") : GateCaseName.AsItIs); }
            foreach (var wrong in named.Where(c => c.Model is null == (one.NeedsModel || other.NeedsModel)))
            {
                throw LabError.BadInput(wrong.Model is null ? $"--case '{wrong}' names no model, which a build of the lab needs: MODEL/VARIANT[@SIDE], for example detr-r50/{wrong}." : $"--case '{wrong}' names a model, and so does --base. Leave it out: {wrong with { Model = null }}.");
            }

            if (parsed.GetValue(coco) is not null && !(one.IsLab && other.IsLab)) { throw LabError.BadInput("AP of a program is not known here: only models and builds of this lab are evaluated. Leave out --coco, or let the program write 'figure ap VALUE'."); }
            var options = new GateOptions
            {
                Base = one,
                Head = other,
                Cases = named,
                Minutes = parsed.GetValue(minutes),
                UnitMs = parsed.GetValue(unit),
                Seed = parsed.GetValue(seed),
                Threads = parsed.GetValue(threads),
                Coco = parsed.GetValue(coco),
                MaxApLoss = parsed.GetValue(loss),
                MaxClassChanges = parsed.GetValue(changes),
                Allowed = [.. (parsed.GetValue(allow) ?? []).SelectMany(a => a.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
                Restart = parsed.GetValue(restart),
                Results = parsed.GetValue(results)!,
                Json = parsed.GetValue(json),
                JUnit = parsed.GetValue(junit),
                Summary = parsed.GetValue(summary),
                NoVerdict = parsed.GetValue(noVerdict),
                Patience = TimeSpan.FromSeconds(parsed.GetValue(patience)),
            };
            return Task.FromResult((int)new GateSession(options, output, error, cancellation).Run());

            GateSide Side(Option<string?> path, Option<string?> program) => (parsed.GetValue(path), parsed.GetValue(program)) switch
            {
                ({ } text, null) => GateSide.Of(text, path.Name, parsed.GetValue(threads), family.Read(parsed)),
                (null, { } words) => new CommandSide(program.Name, words) { Text = words },
                (null, null) => throw LabError.BadInput($"Nothing says what is compared: name {path.Name} or {program.Name}."),
                _ => throw LabError.BadInput($"{path.Name} and {program.Name} name two things for one side. Leave one out."),
            };
        });
        return command;
    }
}
