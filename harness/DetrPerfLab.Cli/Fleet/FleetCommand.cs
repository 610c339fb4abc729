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
