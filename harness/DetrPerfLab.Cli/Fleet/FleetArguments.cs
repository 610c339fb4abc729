using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>What <c>fleet plan</c> and <c>fleet run</c> are told.</summary>
sealed class FleetArguments
{
    readonly Option<string> _on = new("--on") { Description = "What schedules: slurm.", DefaultValueFactory = _ => "slurm" };
    readonly Option<string[]> _nodes = new("--nodes") { Description = "Nodes, one of each kind, separated by commas.", AllowMultipleArgumentsPerToken = true };
    readonly Option<string[]> _constraints = new("--constraint") { Description = "Features that Slurm knows nodes by instead of names, one a kind, separated by commas.", AllowMultipleArgumentsPerToken = true };
    readonly Option<string?> _filter = new("--filter") { Description = "Suites to run on each, as run-all.sh takes it, for example '*Precision*'." };
    readonly Option<bool> _quick = new("--quick") { Description = "Quick runs of the suites." };
    readonly Option<bool> _archive = new("--archive") { Description = "The nodes do not share results/: each packs its results folder as NODE.tar.gz in --out." };
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
                Tasks = [.. places.Select(place => new FleetTask(place, Part: 0, []))],
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
            Tasks = [.. Enumerable.Range(1, parts).Select(part => new FleetTask($"{part}-of-{parts}", part, []))],
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
