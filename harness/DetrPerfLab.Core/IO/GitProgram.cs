using System.ComponentModel;
using System.Diagnostics;

namespace DetrPerfLab.Core;

/// <summary>The program git: what a checkout knows of its past. A look only: it never writes, asks for no password and loads nothing from afar.</summary>
public static class GitProgram
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60); // a long history on a slow disk

    /// <summary>What git prints for <paramref name="arguments"/> in a folder; null where this machine has no git, or it did not answer in time.</summary>
    public static GitAnswer? Ask(string folder, params IEnumerable<string> arguments)
    {
        try
        {
            using var patience = new CancellationTokenSource(s_patience);
            var answer = ChildProgram.Run(Command(folder, arguments), patience.Token);
            return new(answer.ExitCode == 0, answer.Output, answer.Error.Trim());
        }
        catch (Exception e) when (e is Win32Exception or OperationCanceledException)
        {
            return null; // there is no git, or it takes too long
        }
    }

    internal static ProcessStartInfo Command(string folder, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        (start.Environment["GIT_OPTIONAL_LOCKS"], start.Environment["GIT_TERMINAL_PROMPT"], start.Environment["GIT_NO_LAZY_FETCH"]) = ("0", "0", "1");
        return start;
    }
}

/// <summary>Whether git did it, what it printed, and what it complained of.</summary>
public sealed record GitAnswer(bool Done, string Text, string Complaint);
