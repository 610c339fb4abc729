using System.Diagnostics;

namespace DetrPerfLab.Measure;

/// <summary>Who takes part in a gate: the copy is the base again, byte for byte, and tells what this machine makes of no difference at all.</summary>
public enum GateArm
{
    Base,
    Copy,
    Head,
}

/// <summary>What every unit of a case does: untimed runs, then timed ones; a pilot found how many are worth it.</summary>
public sealed record UnitPlan(int WarmUps, int Runs);

/// <summary>What one fresh process showed.</summary>
/// <param name="Figures">That it told at its end, by name; of its memory, <c>peak_bytes</c>, this side reads itself where the system tells.</param>
public sealed record UnitReading(IReadOnlyList<double> Ms, IReadOnlyDictionary<string, double> Figures)
{
    public const string Peak = "peak_bytes";

    internal double MedianMs => Quantile.Median([.. Ms]);
}

/// <summary>Starts processes that are measured; tests put a script in its place.</summary>
public interface IGateUnits
{
    /// <summary>A fresh process of an arm, from start to end.</summary>
    /// <exception cref="LabException">It failed, and how.</exception>
    UnitReading Run(GateArm arm, UnitPlan plan, CancellationToken cancellation);
}

/// <summary>One process that speaks the protocol of <see cref="GateProtocol"/>, from the gate's end. Nothing that it says is taken on trust: every time is held against a clock here.</summary>
public sealed class GateUnit : IDisposable
{
    const int KeptLines = 3;
    const double ClockSlackMs = 5; // between two clocks of one machine, and the steps of a coarse one

    static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(2);

    readonly Queue<string> _lastErrors = new();
    readonly Process _process;
    readonly string _name;
    readonly TimeSpan _patience;
    readonly CancellationToken _cancellation;

    /// <param name="name">For messages, for example <c>the head</c>.</param>
    /// <param name="patience">How long an answer may take.</param>
    public GateUnit(string name, ProcessStartInfo program, TimeSpan patience, CancellationToken cancellation)
    {
        (_name, _patience, _cancellation) = (name, patience, cancellation);
        (program.RedirectStandardInput, program.RedirectStandardOutput, program.RedirectStandardError, program.UseShellExecute) = (true, true, true, false);
        try { _process = Process.Start(program)!; }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or FileNotFoundException) { throw Failed($"could not be started: {e.Message.TrimEnd('.')}"); }
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
        if (Answer("to its start") is var said && said != "ready") { throw Failed($"wrote '{Shortened(said)}', needed the line 'ready'"); }
    }

    /// <returns>Milliseconds, by the program's own clock.</returns>
    public double Run()
    {
        var start = Stopwatch.GetTimestamp();
        Ask("run");
        var said = Answer("to 'run'");
        var outside = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if (!double.TryParse(said, NumberStyles.Float, CultureInfo.InvariantCulture, out var ms)) { throw Failed($"answered 'run' with '{Shortened(said)}', needed the milliseconds that it took"); }
        if (!(ms > 0)) { throw Failed(FormattableString.Invariant($"answered 'run' with {ms} ms: its clock does not go forward")); }
        if (ms > outside + ClockSlackMs) { throw Failed(FormattableString.Invariant($"answered 'run' with {ms:F3} ms, but only {outside:F3} ms went by")); }
        return ms;
    }

    /// <summary>Ends the process, and reads what it tells.</summary>
    public IReadOnlyDictionary<string, double> End()
    {
        var figures = new Dictionary<string, double>(StringComparer.Ordinal);
        if (ProcessMemory.Read(_process.Id).PeakRssBytes is { } peak) { figures[UnitReading.Peak] = peak; }
        Ask("end");
        while (Line("to 'end'") is { } line)
        {
            if (line.Split(' ') is not ["figure", { Length: > 0 } name, var number] || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            {
                throw Failed($"wrote '{Shortened(line)}' at its end, needed lines 'figure NAME VALUE' or nothing");
            }

            figures[name] = value;
        }

        if (!_process.WaitForExit(_patience)) { throw Failed($"did not end within {_patience.TotalSeconds:0} s after 'end'"); }
        return _process.ExitCode == 0 ? figures : throw Failed($"ended with {WorkerProcess.HowEnded(_process.ExitCode)}");
    }

    public void Dispose()
    {
        Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    void Ask(string question)
    {
        try
        {
            _process.StandardInput.WriteLine(question);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It does not listen any more; that it answers nothing tells.
        }
    }

    string Answer(string what)
    {
        if (Line(what) is { } line) { return line; }
        var ended = _process.WaitForExit(s_lastWords);
        if (ended) { Task.Run(_process.WaitForExit).Wait(s_lastWords); } // without a limit it also waits for the last lines, which a child of its own may hold open
        throw Failed(ended ? $"ended ({WorkerProcess.HowEnded(_process.ExitCode)}) before it answered {what}" : $"closed its output before it answered {what}");
    }

    /// <summary>Read on this thread, with nothing between the answer and the clock; whoever waits too long ends the process, which ends the reading.</summary>
    string? Line(string what)
    {
        var late = false;
        using var watchdog = new Timer(_ => { late = true; Kill(); }, null, _patience, Timeout.InfiniteTimeSpan);
        using var stop = _cancellation.Register(Kill);
        var line = _process.StandardOutput.ReadLine();
        _cancellation.ThrowIfCancellationRequested();
        return late ? throw Failed($"did not answer {what} within {_patience.TotalSeconds:0} s") : line;
    }

    void Kill()
    {
        try { _process.Kill(entireProcessTree: true); }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It was gone already.
        }
    }

    LabException Failed(string how)
    {
        string lines;
        lock (_lastErrors) { lines = string.Join(" | ", _lastErrors); }
        return LabError.CheckFailed($"{_name} {how}{(lines.Length > 0 ? $"; it last wrote: {lines}" : "")}.");
    }

    static string Shortened(string text) => text.Length <= 60 ? text : text[..60] + "…";

    void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) { return; }
        lock (_lastErrors)
        {
            _lastErrors.Enqueue(line.Trim());
            if (_lastErrors.Count > KeptLines) { _lastErrors.Dequeue(); }
        }
    }
}
