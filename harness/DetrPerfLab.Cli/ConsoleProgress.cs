using Spectre.Console;

namespace DetrPerfLab.Cli;

/// <summary>A progress bar on standard error, where that is a terminal; else a line now and then. The work reports (done, of all).</summary>
static class ConsoleProgress
{
    internal static T Run<T>(string title, Func<Action<long, long>, T> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (!console.Profile.Out.IsTerminal) { return RunPlain(title, work); }
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title));
                return work((done, of) =>
                {
                    task.MaxValue = Math.Max(1, of);
                    task.Value = done;
                });
            });
    }

    static T RunPlain<T>(string title, Func<Action<long, long>, T> work)
    {
        var shown = Environment.TickCount64;
        return work((done, of) =>
        {
            // One line in ten seconds: a log stays readable, and a watcher knows that it lives.
            if (Environment.TickCount64 - shown < 10_000) { return; }
            shown = Environment.TickCount64;
            Console.Error.WriteLine($"{title}: {done} of {of}");
        });
    }
}
