namespace DetrPerfLab.Benchmarks;

/// <summary>The lab's own options; all others are BenchmarkDotNet's.</summary>
/// <param name="Quick">Few repeats; results are kept apart from those of full runs.</param>
/// <param name="Restart">Measures everything, also what an interrupted run has measured.</param>
/// <param name="Verbose">BenchmarkDotNet's log on the screen too.</param>
/// <param name="Model">A name or file, as <c>detrlab models list</c> shows them.</param>
/// <param name="Rest">For BenchmarkDotNet.</param>
sealed record RunOptions(bool Quick, bool Restart, bool Verbose, string Model, string[] Rest)
{
    /// <summary>Folder of photographs that INT8 ranges come from; null for built-in pictures.</summary>
    internal string? Calibrate { get; init; }

    /// <summary>Table of <c>detrlab sensitivity</c> whose keep-list stays float in INT8-static.</summary>
    internal string? KeepList { get; init; }

    /// <summary>What of all that changes the figures, as it was given.</summary>
    internal IReadOnlyList<string> Given =>
    [
        .. Quick ? ["--quick"] : Array.Empty<string>(),
        .. Model != BenchmarkModel.Default ? ["--model", Model] : Array.Empty<string>(),
        .. Calibrate is { } folder ? ["--calibrate", folder] : Array.Empty<string>(),
        .. KeepList is { } table ? ["--keep-list", table] : Array.Empty<string>(),
    ];

    internal static RunOptions Parse(IReadOnlyList<string> args)
    {
        var options = new RunOptions(false, false, false, BenchmarkModel.Default, []);
        var rest = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    options = options with { Quick = true };
                    break;
                case "--restart":
                    options = options with { Restart = true };
                    break;
                case "--verbose":
                    options = options with { Verbose = true };
                    break;
                case "--model":
                    options = options with { Model = Value("a model's name or file") };
                    break;
                case "--calibrate":
                    options = options with { Calibrate = Value("a folder of photographs") };
                    break;
                case "--keep-list":
                    options = options with { KeepList = Value("a table of detrlab sensitivity") };
                    break;
                default:
                    rest.Add(args[i]);
                    break;
            }

            string Value(string what) => ++i < args.Count ? args[i] : throw LabError.OutOfRange("missing", what, args[^1]);
        }

        options = options with { Rest = [.. rest] };
        // Without a filter BenchmarkDotNet asks on the terminal.
        return options.AsksOnly || rest.Any(a => a is "--filter" or "-f") ? options : options with { Rest = ["--filter", "*", .. rest] };
    }

    /// <summary>Whether something is asked that runs nothing.</summary>
    internal bool AsksOnly => Rest.Any(a => a is "--list" or "--help" or "--info" or "--version");
}
