using System.Diagnostics;
using System.Text.RegularExpressions;

namespace DetrPerfLab.Core;

/// <summary>Files that are being written carry the number and the start of their process, so that those of a dead one are told from a live one's.</summary>
static partial class PartialFiles
{
    static readonly long s_started = StartOf(Process.GetCurrentProcess());

    internal static string NameFor(string path) => $"{path}.{Environment.ProcessId}-{s_started}.partial";

    /// <summary>On a folder that several machines share, a process of another one looks dead: what is still being written is left alone.</summary>
    static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(10);

    /// <summary>Deletes what dead processes left in a folder. Never fails: what cannot be deleted stays.</summary>
    internal static void Sweep(string folder)
    {
        try
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*.partial").Where(p => IsOfDead(Path.GetFileName(p)) && DateTime.UtcNow - File.GetLastWriteTimeUtc(p) > s_quiet)) { File.Delete(path); }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
    }

    internal static bool IsOfDead(string name)
    {
        if (Pattern().Match(name) is not { Success: true } match || !int.TryParse(match.Groups[1].ValueSpan, out var id)) { return false; }
        try
        {
            using var process = Process.GetProcessById(id);
            // Two processes read one start up to a second or two apart: the clock may have been set since.
            return long.TryParse(match.Groups[2].ValueSpan, out var started) && Math.Abs(StartOf(process) - started) > 2;
        }
        catch (ArgumentException) { return true; } // no such process
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception) { return false; }
    }

    static long StartOf(Process process) => new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeSeconds();

    [GeneratedRegex(@"\.(\d+)(?:-(\d+))?\.partial$")]
    private static partial Regex Pattern();
}
