using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>The command <c>detrlab</c>: its verbs, and how mistakes become messages and exit codes.</summary>
static class LabCommand
{
    /// <summary>Every verb. A new one is a file beside this and a line here.</summary>
    internal static RootCommand Create() => new("A performance lab for DETR object detection, and for image classifiers, in .NET.")
    {
        BenchCommand.Create(),
        ClassifyCommand.Create(),
        CocoEvalCommand.Create(),
        DataCommand.Create(),
        DetectCommand.Create(),
        DoctorCommand.Create(),
        EvalCommand.Create(),
        ExportCommand.Create(),
        InspectCommand.Create(),
        ModelsCommand.Create(),
        ParityCommand.Create(),
        ProfileCommand.Create(),
        QuantizeCommand.Create(),
        ReportCommand.Create(),
        SensitivityCommand.Create(),
    };

    /// <returns>An <see cref="ExitCode"/>; 130 when the user interrupted.</returns>
    internal static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var parsed = Create().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var mistake in parsed.Errors) { error.WriteLine($"detrlab: {mistake.Message}"); }
            error.WriteLine($"Usage: {Path(parsed.CommandResult.Command)} --help");
            return (int)ExitCode.BadInput;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false, // a stack trace is for our mistakes, not for the user's
            });
        }
        catch (LabException mistake)
        {
            error.WriteLine($"detrlab: {mistake.Message}");
            return (int)mistake.ExitCode;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("detrlab: interrupted; nothing half-written was left.");
            return 130;
        }
    }

    static string Path(Command command) =>
        command is RootCommand ? "detrlab" : string.Join(' ', command.Parents.OfType<Command>().Select(Path).Append(command.Name));
}
