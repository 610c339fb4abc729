using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Cli;

/// <summary>One task of a fleet: a part of a data set, or the suites on a node.</summary>
/// <param name="Label">For people and file names: <c>3-of-16</c>, or the node's or constraint's name.</param>
/// <param name="Part">Its part of the data set, from 1; 0 where suites run.</param>
/// <param name="Jobs">Slurm's names of the jobs that ran it, the last last, for example <c>71_3</c>.</param>
sealed record FleetTask(string Label, int Part, IReadOnlyList<string> Jobs);

/// <summary>What a fleet runs, and what was submitted of it: <c>fleet.json</c> beside <c>job.sbatch</c>.</summary>
sealed record FleetPlan
{
    const string Script = "job.sbatch", Facts = "fleet.json", LabelVariable = "DETRLAB_TASK";

    public required string Folder { get; init; } // absolute; every node sees it
    public required IReadOnlyList<string> Command { get; init; } // words; {part} is the task's part
    public int Parts { get; init; } // of a data set; 0 where suites run
    public bool ByConstraint { get; init; } // tasks' labels are constraints, not nodes
    public bool Archive { get; init; } // nodes do not share the results folder: each packs it
    public required IReadOnlyList<FleetTask> Tasks { get; init; }

    internal string ScriptPath => Path.Combine(Folder, Script);

    /// <summary>A task's product, which is written last: the part, or a note that the suites are through.</summary>
    internal string ProductOf(FleetTask task) => Path.Combine(Folder, Parts > 0 ? $"part-{task.Label}.jsonl" : $"done-{task.Label}");

    internal bool IsDone(FleetTask task) => File.Exists(ProductOf(task));

    /// <exception cref="LabException">There is none, or it is damaged.</exception>
    internal static FleetPlan Load(string folder)
    {
        var path = Path.Combine(folder, Facts);
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Name the folder that 'detrlab fleet run --out' was given."); }
        try { return JsonSerializer.Deserialize<FleetPlan>(InputFile.ReadText(path), LabJson.Options) ?? throw new JsonException("null"); }
        catch (JsonException e) { throw LabError.BadInput($"'{path}' is damaged: {LabJson.ProblemOf(e)}. Remove it, and run the fleet anew: what is done is measured already and stays.", e); }
    }

    internal static bool IsIn(string folder) => File.Exists(Path.Combine(folder, Facts));

    /// <summary>Script and facts, before anything is submitted.</summary>
    /// <exception cref="LabException">Files of these names are there that no fleet wrote.</exception>
    internal void Create()
    {
        WrittenFiles.RequireOwn([ScriptPath, Path.Combine(Folder, Facts)]);
        Directory.CreateDirectory(Folder);
        AtomicFile.WriteText(ScriptPath, ToScript());
        Save();
    }

    /// <summary>What was submitted; the script stays, since its reader may have changed it.</summary>
    internal void Save() => LabJson.Write(Path.Combine(Folder, Facts), this);

    /// <summary>The words of sbatch for those tasks: an array for parts, a job a node for suites, whose tasks an array could not bind to nodes of their own.</summary>
    internal IEnumerable<(IReadOnlyList<FleetTask> Tasks, IReadOnlyList<string> Words)> Submissions(IReadOnlyList<FleetTask> tasks)
    {
        string[] always = ["--parsable"];
        if (Parts > 0) { return [(tasks, [.. always, $"--array={Ranges([.. tasks.Select(t => t.Part)])}", ScriptPath])]; }
        return tasks.Select(t => ((IReadOnlyList<FleetTask>)[t], (IReadOnlyList<string>)[.. always, $"{(ByConstraint ? "--constraint" : "--nodelist")}={t.Label}", $"--export=ALL,{LabelVariable}={t.Label}", ScriptPath]));
    }

    /// <summary>Slurm's name of a task's job, from what sbatch prints.</summary>
    internal string JobOf(string submitted, FleetTask task)
    {
        var id = submitted.Split(';')[0].Trim(); // a cluster's name may follow
        return Parts > 0 ? $"{id}_{task.Part}" : id;
    }

    /// <summary>For example <c>1-16</c>, or <c>3,7-9</c>.</summary>
    static string Ranges(IReadOnlyList<int> numbers)
    {
        var text = new List<string>();
        for (var from = 0; from < numbers.Count;)
        {
            var to = from;
            while (to + 1 < numbers.Count && numbers[to + 1] == numbers[to] + 1) { to++; }
            text.Add(to > from ? $"{numbers[from]}-{numbers[to]}" : $"{numbers[from]}");
            from = to + 1;
        }

        return string.Join(',', text);
    }

    /// <summary>The script that is submitted: to be read, kept and changed.</summary>
    internal string ToScript()
    {
        var script = new StringBuilder();
        void Line(string line) => script.Append(line).Append('\n');
        Line("#!/bin/bash");
        Line(Parts > 0
            ? $"# A data set in {Parts} parts, one a task. By hand, part 3: SLURM_ARRAY_TASK_ID=3 bash {Script}"
            : $"# The suites on one node. By hand, on that node: bash {Script}");
        Line("#SBATCH --job-name=detrlab");
        Line("#SBATCH --nodes=1");
        Line("#SBATCH --ntasks=1");
        Line(Parts > 0 ? $"#SBATCH --array=1-{Parts}" : "#SBATCH --exclusive"); // a neighbour would be measured, too
        Line("#SBATCH --requeue"); // a killed task goes on where it was
        Line("#SBATCH --open-mode=append");
        Line($"#SBATCH --output=\"{Path.Combine(Folder, Parts > 0 ? "%A_%a.log" : "%j.log")}\"");
        Line("set -euo pipefail");
        Line($"cd {Quoted(Environment.CurrentDirectory)}");
        Line($"mkdir -p {Quoted(Folder)}");
        Line(Parts > 0 ? "part=$SLURM_ARRAY_TASK_ID" : $"label=${{{LabelVariable}:-$(hostname)}}");
        Line(string.Join(' ', Command.Select(word => Quoted(word).Replace("{part}", "'\"$part\"'"))));
        if (Archive) { Line($"tar -czf {Quoted(Folder)}/\"$label\".tar.gz -C {Quoted(LabPaths.Results)} ."); }
        if (Parts == 0) { Line($"date -Is > {Quoted(Folder)}/done-\"$label\""); }
        return script.ToString();
    }

    /// <summary>As a shell takes it: within single quotes, where it is more than a plain word.</summary>
    static string Quoted(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "/.-_=:,+%@".Contains(c)) ? word : $"'{word.Replace("'", @"'\''")}'";
}
