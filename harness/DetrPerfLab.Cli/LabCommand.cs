using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>The command <c>detrlab</c>: its verbs, and how mistakes become messages and exit codes.</summary>
static class LabCommand
{
    /// <summary>Every verb. A new one is a file beside this and a line here.</summary>
    internal static RootCommand Create() => new RootCommand("A performance lab for DETR object detection, and for image classifiers, in .NET.")
    {
        BenchCommand.Create(),
        ClassifyCommand.Create(),
        CocoEvalCommand.Create(),
        DataCommand.Create(),
        DetectCommand.Create(),
        DistillCommand.Create(),
        DoctorCommand.Create(),
        EvalCommand.Create(),
        ExportCommand.Create(),
        FleetCommand.Create(),
        GateCommand.Create(),
        HistoryCommand.Create(),
        InspectCommand.Create(),
        LoadCommand.Create(),
        MergeCommand.Create(),
        ModelsCommand.Create(),
        OptimizeCommand.Create(),
        ParityCommand.Create(),
        ProfileCommand.Create(),
        PruneCommand.Create(),
        QuantizeCommand.Create(),
        ReportCommand.Create(),
        SensitivityCommand.Create(),
        ServeCommand.Create(),
        TrainCommand.Create(),
    }.WithOverwrite();

    /// <returns>An <see cref="ExitCode"/>; 130 when the user interrupted. Nothing is thrown, whatever happens.</returns>
    internal static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken stop = default)
    {
        try { return RunVerb(args, output, error, stop); }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            Interruption.RestoreCursor();
            error.WriteLine(Interruption.Message(args[0]));
            return Interruption.ExitCode;
        }
        catch (Exception fault) { return (int)FaultLog.Tell(fault, error); }
    }

    static int RunVerb(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken stop)
    {
        var parsed = Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }); // a file called @name is a file
        var works = parsed.CommandResult.Command.Action == parsed.Action; // not so for --help and --version
        if (parsed.Errors.Count > 0 || (works && Mistakes.Of(parsed).Count > 0))
        {
            foreach (var mistake in Mistakes.Of(parsed)) { error.WriteLine($"detrlab: {mistake}"); }
            error.WriteLine($"Usage: {Path(parsed.CommandResult.Command)} --help");
            return (int)ExitCode.BadInput;
        }

        using var writing = works ? OutputCheck.Run(parsed) : null;
        return parsed.InvokeAsync(
            new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false, // a stack trace is for our mistakes, not for the user's
                ProcessTerminationTimeout = null, // Ctrl+C is the program's own: see Interruption
            },
            stop).GetAwaiter().GetResult();
    }

    static string Path(Command command) =>
        command is RootCommand ? "detrlab" : string.Join(' ', command.Parents.OfType<Command>().Select(Path).Append(command.Name));
}
