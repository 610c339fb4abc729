namespace DetrPerfLab.Report;

/// <summary>Commands that measure results again: a suite's by run-all, those of <c>detrlab bench</c> by that verb.</summary>
static class Repeating
{
    const string Bench = "Bench";

    /// <summary>One command a suite and choice of options; one a choice of model, size and threads for <c>detrlab bench</c>.</summary>
    internal static IEnumerable<string> Commands(IEnumerable<CaseView> cases) => cases
        .GroupBy(c => (c.Run.Suite, Settings: c.Run.Suite == Bench ? c.ParameterText : "", Options: Options(c)))
        .Select(g => (g.Key.Suite == Bench ? BenchCommand([.. g]) : Suites.Find(g.Key.Suite).Command) + g.Key.Options)
        .Distinct();

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

    static string Quoted(string argument) => argument.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/') ? argument : $"'{argument.Replace("'", "", StringComparison.Ordinal)}'";

    // Names come from result files; in a shell command they may hold nothing that a shell reads otherwise.
    static string Name(string name) => string.Concat(name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')).TrimStart('-');
}
