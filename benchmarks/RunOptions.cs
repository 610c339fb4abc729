using System.CommandLine;

namespace DetrPerfLab.Benchmarks;

/// <summary>The lab's own options; all others are BenchmarkDotNet's.</summary>
sealed record RunOptions
{
    internal const string QuickVariable = "DETRLAB_QUICK"; // tells the processes of cases that the run is a quick one

    static readonly Option<bool> s_quick = new("--quick") { Description = "Few repeats: an answer in minutes, with wide intervals, kept apart from those of full runs." };
    static readonly Option<bool> s_restart = new("--restart") { Description = "Measure everything, also what an interrupted run has measured." };
    static readonly Option<bool> s_verbose = new("--verbose") { Description = "Show BenchmarkDotNet's log." };
    static readonly Option<string> s_model = new("--model") { Description = "A name or a file, as 'detrlab models list' shows them.", DefaultValueFactory = _ => BenchmarkModel.Default };
    static readonly Option<string?> s_calibrate = new("--calibrate") { Description = "Folder of photographs that INT8 ranges come from; by default built-in pictures." };
    static readonly Option<string?> s_keepList = new("--keep-list") { Description = "Table of 'detrlab sensitivity' whose keep-list stays float in INT8-static." };

    static readonly Option<string?> s_family = new("--family") { Description = $"What the model is, where its files do not say: {string.Join(", ", ModelFamilies.All.Select(f => f.Name))}." };

    static readonly Option<string?> s_gate = new("--gate") { Description = "Do not measure the suites: hold their cases against another build of the lab, a git ref or a checkout, as 'detrlab gate' does." };

    internal bool Quick { get; private init; }
    internal bool Restart { get; private init; }
    internal bool Verbose { get; private init; }
    internal string Model { get; private init; } = BenchmarkModel.Default;
    internal string? Calibrate { get; private init; }
    internal string? KeepList { get; private init; }
    internal string? Family { get; private init; }
    internal string? Gate { get; private init; }
    internal string[] Rest { get; private init; } = []; // for BenchmarkDotNet
    internal static bool IsQuick => Environment.GetEnvironmentVariable(QuickVariable) == "1"; // whether this process belongs to a quick run
    internal bool AsksOnly => Rest.Any(a => a is "--list" or "--help" or "--info" or "--version"); // whether something is asked that runs nothing

    /// <summary>What of all that changes the figures, as it was given.</summary>
    internal IReadOnlyList<string> Given =>
    [
        .. Quick ? ["--quick"] : Array.Empty<string>(),
        .. Model != BenchmarkModel.Default ? ["--model", Model] : Array.Empty<string>(),
        .. Calibrate is { } folder ? ["--calibrate", folder] : Array.Empty<string>(),
        .. KeepList is { } table ? ["--keep-list", table] : Array.Empty<string>(),
        .. Family is { } family ? ["--family", family] : Array.Empty<string>(),
    ];

    internal static RunOptions Parse(IReadOnlyList<string> args)
    {
        var parsed = Command().Parse(args);
        if (parsed.Errors is [var mistake, ..]) { throw LabError.BadInput($"{mistake.Message.TrimEnd('.')}. All options: --help"); }
        string[] rest = [.. parsed.UnmatchedTokens.Select(SuiteMeant)];
        if (parsed.GetResult("--help") is not null) { rest = ["--help"]; }
        var options = new RunOptions
        {
            Quick = parsed.GetValue(s_quick),
            Restart = parsed.GetValue(s_restart),
            Verbose = parsed.GetValue(s_verbose),
            Model = parsed.GetValue(s_model)!,
            Calibrate = parsed.GetValue(s_calibrate),
            KeepList = parsed.GetValue(s_keepList),
            Gate = parsed.GetValue(s_gate),
            Family = parsed.GetValue(s_family) is { } family ? ModelFamilies.Get(family).Name : null,
            Rest = rest,
        };
        // Without a filter BenchmarkDotNet asks on the terminal.
        return options.AsksOnly || rest.Any(a => a is "--filter" or "-f") ? options : options with { Rest = ["--filter", "*", .. rest] };
    }

    /// <summary>A suite's name between stars is that suite alone: BenchmarkDotNet looks at rows, too, where "*Serving*" is also "Mode: conserving" and "*Batch*" every row with a batch.</summary>
    static string SuiteMeant(string token)
    {
        if (!token.StartsWith('*')) { return token; }
        var name = token.Trim('*');
        var suite = LabConfig.Suites.FirstOrDefault(s => new[] { name, $"{name}Benchmarks" }.Contains(s.Name, StringComparer.OrdinalIgnoreCase));
        return suite is null ? token : $"*.{suite.Name}.*";
    }

    internal static void WriteHelp(TextWriter output) => Command().Parse("--help").Invoke(new() { Output = output });

    static RootCommand Command()
    {
        var command = new RootCommand("Runs a choice of suites; the table, the chart and the report's path end on the screen. All other options are BenchmarkDotNet's: see below.")
        {
            s_quick, s_restart, s_verbose, s_model, s_calibrate, s_keepList, s_family, s_gate,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        foreach (var other in command.Options.OfType<VersionOption>().ToList()) { command.Options.Remove(other); }
        return command;
    }
}
