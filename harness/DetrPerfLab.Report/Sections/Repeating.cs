using System.Text.RegularExpressions;

namespace DetrPerfLab.Report;

/// <summary>Commands that measure results again: a suite's by run-all, those of <c>detrlab bench</c> by that verb.</summary>
static partial class Repeating
{
    const string Bench = "Bench";

    /// <summary>One command a suite and choice of options; one a choice of model, size and threads for <c>detrlab bench</c>.</summary>
    internal static IEnumerable<string> Commands(IEnumerable<CaseView> cases) => cases
        .GroupBy(c => (c.Run.Suite, Settings: c.Run.Suite == Bench ? c.ParameterText : "", Options: Options(c)))
        .Select(g => (g.Key.Suite == Bench ? BenchCommand([.. g]) : Suites.Find(g.Key.Suite).Command) + g.Key.Options)
        .Distinct();

    /// <summary>The same in fewer lines: suites that were run alike are run one after another.</summary>
    internal static IEnumerable<string> Together(IEnumerable<CaseView> cases)
    {
        (string? Suite, string Options)[] commands = [.. Commands(cases).Select(c => SuiteFilter().Match(c) is { Success: true } m ? (m.Groups[1].Value, m.Groups[2].Value) : ((string?)null, c))];
        foreach (var group in commands.GroupBy(c => (Alone: c.Suite is null ? c.Options : null, c.Options)))
        {
            if (group.Key.Alone is { } command) { yield return command; }
            else if (group.Count() == 1) { yield return $"./run-all.sh --filter '*{group.First().Suite}Benchmarks*'{group.Key.Options}"; }
            else { yield return $"for suite in {string.Join(' ', group.Select(c => c.Suite))}; do ./run-all.sh --filter \"*${{suite}}Benchmarks*\"{group.Key.Options}; done"; }
        }
    }

    [GeneratedRegex(@"^\./run-all\.sh --filter '\*(\w+)Benchmarks\*'(.*)$")]
    private static partial Regex SuiteFilter();

    static string BenchCommand(CaseView[] cases)
    {
        // Variants took turns, and were compared for that: all of them belong to the command.
        var variants = cases.SelectMany(c => c.Run.Interleaving?.Variants ?? [c.Run.Variant]).Distinct();
        var command = $"./detrlab bench --variants {string.Join(',', variants.Select(Name))}";
        if (cases[0].Run.Options.Count == 0 && cases[0].Parameter("Model") is { } model) { command += $" --model {Name(model)}"; }
        if (cases[0].Number("Size") is { } size) { command += $" --size {Format.Number(size, 0)}"; }
        if (cases[0].Number("Threads") is { } threads) { command += $" --threads {Format.Number(threads, 0)}"; }
        return cases.Max(c => c.Run.SamplesMs.Count) is > 0 and var rounds ? $"{command} --rounds {rounds}" : command;
    }

    static string Options(CaseView view) => string.Concat(view.Run.Options.Select(o => " " + Quoted(o)));

    internal static string Quoted(string argument) => argument.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/') ? argument : $"'{argument.Replace("'", "", StringComparison.Ordinal)}'";

    // Names come from result files; in a shell command they may hold nothing that a shell reads otherwise.
    internal static string Name(string name) => string.Concat(name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')).TrimStart('-');
}
