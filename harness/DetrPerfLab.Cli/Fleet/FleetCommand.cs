using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab fleet plan | run | status</c>: suites on every kind of node, or a data set in parts, by Slurm.</summary>
static class FleetCommand
{
    internal static Command Create() => new("fleet", "Runs suites on every kind of node, or judges a model on a data set in parts, by Slurm.") { Plan(), Run(), Status() };

    static Command Plan()
    {
        var arguments = new FleetArguments();
        var command = arguments.AddTo(new("plan", "Prints the sbatch script that 'fleet run' would submit: to be read, kept, changed, or run by hand."));
        command.SetAction(parsed =>
        {
            var plan = arguments.Read(parsed);
            var output = parsed.InvocationConfiguration.Output;
            output.Write(plan.ToScript());
            foreach (var (_, words) in plan.Submissions(plan.Tasks)) { output.WriteLine($"# sbatch {string.Join(' ', words)}"); }
        });
        return command;
    }

    static Command Run()
    {
        var arguments = new FleetArguments();
        var resume = new Option<bool>("--resume") { Description = "Go on with the fleet in --out: submit what is neither done nor waiting nor running." };
        var command = arguments.AddTo(new("run", "Submits the jobs.") { resume });
        command.SetAction(parsed =>
        {
            var (folder, output) = (arguments.Folder(parsed), parsed.InvocationConfiguration.Output);
            if (!parsed.GetValue(resume) && FleetPlan.IsIn(folder)) { throw LabError.BadInput($"A fleet is in '{folder}' already. Go on with it: --resume; or name another folder: --out"); }
            var plan = parsed.GetValue(resume) ? FleetPlan.Load(folder) : arguments.Read(parsed);
            if (!parsed.GetValue(resume)) { plan.Create(); }
            var active = parsed.GetValue(resume) ? Slurm.Active() : new Dictionary<string, (string, string)>();
            FleetTask[] due = [.. plan.Tasks.Where(t => !plan.IsDone(t) && !t.Jobs.Any(active.ContainsKey))];
            foreach (var (tasks, words) in due.Length == 0 ? [] : plan.Submissions(due))
            {
                var submitted = Slurm.Submit(words);
                // Stored at once: what runs is never forgotten.
                plan = plan with { Tasks = [.. plan.Tasks.Select(t => tasks.Contains(t) ? t with { Jobs = [.. t.Jobs, plan.JobOf(submitted, t)] } : t)] };
                plan.Save();
            }

            output.WriteLine($"{due.Length} of {plan.Tasks.Count} tasks submitted, {plan.Tasks.Count(plan.IsDone)} are done. How they are: detrlab fleet status --out {folder}");
        });
        return command;
    }

    static Command Status()
    {
        var folder = new Option<string>("--out") { Description = "Folder of the fleet.", Required = true };
        var json = SharedOptions.Json();
        var command = new Command("status", "Shows what of a fleet is done, waits, runs or failed. Exit 1 where something failed.") { folder, json };
        command.SetAction(parsed =>
        {
            var plan = FleetPlan.Load(parsed.GetValue(folder)!);
            var active = plan.Tasks.All(plan.IsDone) ? new Dictionary<string, (string State, string Node)>() : Slurm.Active();
            var rows = plan.Tasks.Select(task =>
            {
                var running = task.Jobs.Where(active.ContainsKey).Select(job => active[job]).Cast<(string State, string Node)?>().LastOrDefault();
                return new { task.Label, State = plan.IsDone(task) ? "done" : running?.State ?? (task.Jobs.Count == 0 ? "not submitted" : "failed"), Node = running?.Node is { Length: > 0 } node ? node : null, Job = task.Jobs.LastOrDefault() };
            }).ToList();
            parsed.Answer(json, rows, output =>
            {
                foreach (var row in rows) { output.WriteLine($"{row.Label,-20} {row.State,-14} {row.Job,-12} {row.Node}".TrimEnd()); }
                output.WriteLine($"{rows.Count(r => r.State == "done")} of {rows.Count} are done.");
                if (rows.Any(r => r.State is "failed" or "not submitted")) { output.WriteLine($"What failed says why in {plan.Folder}/*.log. Again: detrlab fleet run --resume --out {plan.Folder}"); }
                else if (plan.Parts > 0 && rows.TrueForAll(r => r.State == "done")) { output.WriteLine($"One evaluation of them: detrlab merge {plan.Folder}/part-*.jsonl --coco DIR"); }
            });
            return Task.FromResult((int)(rows.Any(r => r.State == "failed") ? ExitCode.CheckFailed : ExitCode.Done));
        });
        return command;
    }
}

/// <summary>What <c>fleet plan</c> and <c>fleet run</c> are told.</summary>
sealed class FleetArguments
{
    readonly Option<string> _on = new("--on") { Description = "What schedules: slurm.", DefaultValueFactory = _ => "slurm" };
    readonly Option<string[]> _nodes = new("--nodes") { Description = "Nodes, one of each kind, separated by commas.", AllowMultipleArgumentsPerToken = true };
    readonly Option<string[]> _constraints = new("--constraint") { Description = "Features that Slurm knows nodes by instead of names, one a kind, separated by commas.", AllowMultipleArgumentsPerToken = true };
    readonly Option<string?> _filter = new("--filter") { Description = "Suites to run on each, as run-all.sh takes it, for example '*Precision*'." };
    readonly Option<bool> _quick = new("--quick") { Description = "Quick runs of the suites." };
    readonly Option<bool> _archive = new("--archive") { Description = "The nodes do not share results/: each packs its own as NODE.tar.gz in --out." };
    readonly Option<string?> _model = new("--model") { Description = "Instead of suites: the model to judge." };
    readonly Option<string?> _coco = new("--coco") { Description = "The data set to judge it on, as 'detrlab eval' takes it." };
    readonly Option<string> _engine = new("--engine") { Description = "Engine or variant, as 'detrlab eval' takes it.", DefaultValueFactory = _ => "ort" };
    readonly Option<int> _parts = new Option<int>("--shards") { Description = "Parts of the data set, a task each.", DefaultValueFactory = _ => 16 }.Within(1, 1000); // Slurm's own limit of an array, unless its administrator raised it
    readonly OutputFolder _folder = new("--out") { Description = "Folder that every node sees, for script, logs and products.", DefaultValueFactory = _ => "fleet" };

    internal Command AddTo(Command command)
    {
        command.With([_on, _nodes, _constraints, _filter, _quick, _archive, _model, _coco, _engine, _parts, _folder]);
        foreach (var option in new Option[] { _quick, _archive }) { command.OnlyWith(option, "--filter", result => result.GetValue(_filter) is not null); }
        foreach (var option in new Option[] { _coco, _engine, _parts }) { command.OnlyWith(option, "--model", result => result.GetValue(_model) is not null); }
        return command;
    }


    internal string Folder(ParseResult parsed) => Path.GetFullPath(parsed.GetValue(_folder)!);

    internal FleetPlan Read(ParseResult parsed)
    {
        if (parsed.GetValue(_on) is var on && on != "slurm") { throw LabError.UnknownName("scheduler", on!, ["slurm"]); }
        var (folder, places) = (Folder(parsed), Words(parsed.GetValue(_nodes)).Concat(Words(parsed.GetValue(_constraints))).ToList());
        if ((parsed.GetValue(_filter) is null) == (parsed.GetValue(_model) is null)) { throw LabError.BadInput("Say what to run: suites with --filter '*Precision*', or a model on a data set with --model and --coco."); }
        if (parsed.GetValue(_filter) is { } filter)
        {
            if (places.Count == 0 || (parsed.GetValue(_nodes) is { Length: > 0 } && parsed.GetValue(_constraints) is { Length: > 0 })) { throw LabError.BadInput("Suites are bound to nodes: name one of each kind, with --nodes a,b or with --constraint x,y."); }
            var suites = Built("benchmarks", "DetrPerfLab.Benchmarks.dll");
            return new()
            {
                Folder = folder,
                Command = [EngineProgram.Dotnet([]).FileName, suites, "--filter", filter, .. parsed.GetValue(_quick) ? (string[])["--quick"] : []],
                ByConstraint = parsed.GetValue(_constraints) is { Length: > 0 },
                Archive = parsed.GetValue(_archive),
                Tasks = [.. places.Select(place => new FleetTask(place, []))],
            };
        }

        if (parsed.GetValue(_coco) is not { } coco) { throw LabError.BadInput("A model is judged on a data set: --coco DIR"); }
        if (places.Count > 0) { throw LabError.BadInput("Parts of a data set go to any node; leave out --nodes and --constraint, or add them to the script of 'detrlab fleet plan'."); }
        CocoDataset.Open(coco);
        var parts = parsed.GetValue(_parts);
        return new()
        {
            Folder = folder,
            Parts = parts,
            Command =
            [
                EngineProgram.Dotnet([]).FileName, typeof(FleetArguments).Assembly.Location, "eval", "--model", Absolute(parsed.GetValue(_model)!), "--engine", parsed.GetValue(_engine)!, "--coco", Path.GetFullPath(coco),
                "--shard", $"{{part}}/{parts}", "--out", Path.Combine(folder, $"part-{{part}}-of-{parts}.jsonl"), OutputCheck.Overwrite,
            ],
            Tasks = [.. Enumerable.Range(1, parts).Select(part => new FleetTask($"{part}-of-{parts}", []))],
        };
    }

    static IEnumerable<string> Words(string[]? given) => (given ?? []).SelectMany(g => g.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    static string Absolute(string model) => File.Exists(model) || Directory.Exists(model) ? Path.GetFullPath(model) : model;

    /// <summary>Nodes share one build: two that build in one folder would spoil it.</summary>
    static string Built(string project, string assembly)
    {
        var path = Path.Combine(LabPaths.Root, project, "bin", "Release", "net10.0", assembly);
        return File.Exists(path) ? path : throw LabError.Missing($"'{path}' is not built, and nodes must not build in one folder at once. Build it here: dotnet build -c Release {project}");
    }
}
