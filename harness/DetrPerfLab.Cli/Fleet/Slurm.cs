using System.ComponentModel;
using System.Diagnostics;

namespace DetrPerfLab.Cli;

/// <summary>Slurm's own programs, which do all the scheduling.</summary>
static class Slurm
{
    /// <summary>Submits a script; what sbatch prints, the job's number first.</summary>
    /// <exception cref="LabException">There is no Slurm here, its controller does not answer, or it refuses.</exception>
    internal static string Submit(IEnumerable<string> words)
    {
        var answer = Ask("sbatch", words);
        return answer.ExitCode == 0 ? answer.Output.Trim() : throw Refused("sbatch", answer);
    }

    /// <summary>State and node of every job and task that waits or runs, by Slurm's name of it.</summary>
    internal static IReadOnlyDictionary<string, (string State, string Node)> Active()
    {
        var answer = Ask("squeue", ["--noheader", "--array", "--me", "--format=%i|%T|%N"]);
        if (answer.ExitCode != 0) { throw Refused("squeue", answer); }
        return answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split('|')).Where(f => f.Length == 3).DistinctBy(f => f[0]).ToDictionary(f => f[0], f => (f[1].ToLowerInvariant(), f[2]));
    }

    static ProgramAnswer Ask(string program, IEnumerable<string> words)
    {
        try { return ChildProgram.Run(new ProcessStartInfo(program, words)); }
        catch (Win32Exception)
        {
            throw LabError.Missing($"Slurm's '{program}' is not on this machine. Run this on a node that submits jobs; or print the script, and run it yourself: detrlab fleet plan");
        }
    }

    static LabException Refused(string program, ProgramAnswer answer)
    {
        var said = answer.Error.Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(line => line.Contains("error:", StringComparison.Ordinal)) ?? answer.Error.Split('\n')[0].Trim();
        // With a configuration but no controller; or with neither, when it looks for one by DNS.
        var isAway = ((string[])["contact", "connect", "configuration source", "Unknown host"]).Any(sign => answer.Error.Contains(sign, StringComparison.OrdinalIgnoreCase));
        return isAway
            ? LabError.Missing($"Slurm's controller does not answer ({said.TrimEnd('.')}). Run this on a node that submits jobs. What is done stays; the same command goes on once it does.")
            : LabError.BadInput($"Slurm refuses: {said.TrimEnd('.')}. Mend the options; 'detrlab fleet plan' shows the script.");
    }
}
