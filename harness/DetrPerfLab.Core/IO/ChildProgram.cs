using System.ComponentModel;
using System.Diagnostics;

namespace DetrPerfLab.Core;

/// <summary>A program that is run to its end for what it prints.</summary>
public static class ChildProgram
{
    /// <summary>Runs it without input; a cancelled one is ended with all that it started.</summary>
    /// <exception cref="Win32Exception">There is no such program.</exception>
    public static ProgramAnswer Run(ProcessStartInfo program, CancellationToken cancellation = default)
    {
        (program.RedirectStandardInput, program.RedirectStandardOutput, program.RedirectStandardError) = (true, true, true);
        using var process = Process.Start(program)!;
        process.StandardInput.Close();
        using var stop = cancellation.Register(() => Kill(process));
        // Beside each other: a full pipe stops the program.
        var (output, error) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return new(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    static void Kill(Process process)
    {
        try { process.Kill(entireProcessTree: true); }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It was gone already.
        }
    }
}

/// <summary>What a program printed, and how it ended.</summary>
public sealed record ProgramAnswer(int ExitCode, string Output, string Error);
