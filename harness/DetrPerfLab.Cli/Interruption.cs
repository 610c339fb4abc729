using System.Runtime.InteropServices;

namespace DetrPerfLab.Cli;

/// <summary>Ctrl+C and the end of a session: the verb is asked to stop, and made to where it does not. Output files are renamed into place when whole,
/// so that ending the process at any moment leaves none that is not.</summary>
sealed class Interruption : IDisposable
{
    internal const int ExitCode = 130; // what a shell gives for Ctrl+C

    /// <summary>An image of a large model takes so long; what is not asked between images is stopped where it is.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    readonly CancellationTokenSource _stop = new();
    readonly List<PosixSignalRegistration> _signals = [];
    int _asked;

    internal Interruption(string? verb)
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            _signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (Interlocked.Increment(ref _asked) > 1) { End(verb); }
                _ = Task.Delay(verb == "serve" ? ServeCommand.LongestDrain : s_patience).ContinueWith(_ => End(verb), TaskScheduler.Default);
                _stop.Cancel();
            }));
        }
    }

    internal CancellationToken Token => _stop.Token;

    /// <summary>One line that says how to go on.</summary>
    internal static string Message(string? verb) => "detrlab: interrupted; " + verb switch
    {
        "bench" or "data" or "detect" or "eval" or "gate" or "models" or "optimize" or "quantize" or "sensitivity" or "train" => "what is done is kept, the same command goes on from there.",
        _ => "nothing half-written was left, the same command starts again.",
    };

    static void End(string? verb)
    {
        RestoreCursor();
        Console.Error.WriteLine(Message(verb));
        Environment.Exit(ExitCode);
    }

    /// <summary>A progress bar hides it.</summary>
    internal static void RestoreCursor()
    {
        if (!Console.IsErrorRedirected) { Console.Error.Write("\e[?25h"); }
    }

    public void Dispose()
    {
        _signals.ForEach(s => s.Dispose());
        _stop.Dispose();
    }
}
