using System.Diagnostics;

namespace DetrPerfLab.Measure;

/// <summary>Which commit of the lab is running.</summary>
public static class CommitProbe
{
    const string Unknown = "unknown";
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>The commit of the folder's repository, 12 hex digits, with <c>+dirty</c> where tracked files differ; <c>unknown</c> without git or repository.</summary>
    /// <remarks>What runs write (results/, plots/) does not make the tree dirty: it changes no measurement.</remarks>
    public static string Read(string folder)
    {
        if (Git(folder, "rev-parse", "--short=12", "HEAD") is not { Length: > 0 } commit) { return Unknown; }
        var changes = Git(folder, "status", "--porcelain", "--untracked-files=no", "--", ":/", ":(top,exclude)results", ":(top,exclude)plots");
        return changes is null ? Unknown : changes.Length > 0 ? $"{commit}+dirty" : commit;
    }

    static string? Git(string folder, params string[] arguments)
    {
        if (!Directory.Exists(folder)) { return null; }
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0"; // a look must not write the index
        try
        {
            using var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(s_patience))
            {
                process.Kill(entireProcessTree: true);
                return null;
            }

            return process.ExitCode == 0 ? output.GetAwaiter().GetResult().Trim() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is no git
        }
    }
}
