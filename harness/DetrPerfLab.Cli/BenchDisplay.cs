using Spectre.Console;

namespace DetrPerfLab.Cli;

/// <summary>Shows a bench while it runs, on standard error: a live table on a terminal; else a line for each variant opened and each round.</summary>
static class BenchDisplay
{
    internal static T Run<T>(TextWriter writer, Func<Action<BenchProgress>, T> work, string? baseline = null)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (!console.Profile.Out.IsTerminal) { return RunPlain(writer, work); }
        return console.Live(new Text("")).AutoClear(true).Start(context => work(progress =>
        {
            context.UpdateTarget(BenchTable.Live(progress, baseline));
            context.Refresh();
        }));
    }

    static T RunPlain<T>(TextWriter writer, Func<Action<BenchProgress>, T> work)
    {
        var round = -1;
        var said = new HashSet<(string, BenchState)>();
        return work(progress =>
        {
            foreach (var row in progress.Rows.Where(r => r.State is BenchState.Opening or BenchState.MeasuringMemory or BenchState.Gap && said.Add((r.Variant, r.State))))
            {
                writer.WriteLine(row.State switch
                {
                    BenchState.Opening => $"{row.Variant}: loading, checking, warming up",
                    BenchState.MeasuringMemory => $"{row.Variant}: memory pass",
                    _ => $"{row.Variant}: left out: {row.Gap}",
                });
            }

            if (round < 0) { round = progress.Round; } // rounds of an earlier part are no news
            if (progress.Round == round) { return; }
            round = progress.Round;
            writer.WriteLine(BenchTable.Line(progress));
        });
    }
}
