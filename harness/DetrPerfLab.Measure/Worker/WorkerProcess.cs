using System.ComponentModel;
using System.Diagnostics;

namespace DetrPerfLab.Measure;

/// <summary>A variant in a process of its own: its memory and cold start are its alone, no two runtimes share thread pools or settings, and one that crashes
/// takes no other with it. Samples are timed inside; only figures cross.</summary>
/// <param name="program">Runs <see cref="Worker.Serve"/>; its streams are set here.</param>
public sealed class WorkerProcess(ProcessStartInfo program, WorkerRequest request) : IBenchCase
{
    const int KeptLines = 3;
    const int QuietLooks = 2;
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5), s_longestRest = TimeSpan.FromSeconds(1), s_look = TimeSpan.FromMilliseconds(15);

    readonly Queue<string> _lastLines = new();
    Process? _process;
    bool _waiting, _peakIsOfRuns;

    public string Variant => request.Name ?? request.Variant;
    public long? RssBytes => ProcessMemory.Read(_process!.Id).RssBytes;

    /// <summary>Most that was resident since it was open, bytes; null where the system does not tell.</summary>
    public long? PeakRssBytes => _peakIsOfRuns ? ProcessMemory.Read(_process!.Id).PeakRssBytes : null;

    /// <summary>Resident now with shared pages by their part, bytes; null where the system does not tell.</summary>
    public long? ProportionalBytes => ProcessMemory.ReadProportionalBytes(_process!.Id);

    /// <summary>That its threads took so far: a variant that rests takes none.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public RunResult Open(CancellationToken cancellation = default)
    {
        (program.RedirectStandardInput, program.RedirectStandardOutput, program.RedirectStandardError) = (true, true, true);
        _process = Process.Start(program)!;
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
        Ask(new(Open: request));
        var answer = Answer(cancellation);
        _peakIsOfRuns = answer.PeakIsOfRuns;
        return answer.Opened ?? throw Unexpected(answer);
    }

    public Sample Sample(int untimedRuns, CancellationToken cancellation)
    {
        Ask(new(SampleAfter: untimedRuns));
        var answer = Answer(cancellation);
        return answer.Sample ?? throw Unexpected(answer);
    }

    /// <remarks>Threads of ONNX Runtime and of libtorch spin for a while after an inference, and would take the cores that the next variant is measured on.
    /// That no time was taken is not enough: where the cores are wanted by others, a thread that spins may wait for one.</remarks>
    public void Rest()
    {
        var end = Environment.TickCount64 + (long)s_longestRest.TotalMilliseconds;
        for (var quiet = 0; quiet < QuietLooks && Environment.TickCount64 < end;)
        {
            var before = ProcessorTime;
            Thread.Sleep(s_look);
            quiet = ProcessorTime == before && !WantsCore() ? quiet + 1 : 0; // in the kernel's ticks of 10 ms
        }
    }

    bool WantsCore()
    {
        try { return _process!.Threads.Cast<ProcessThread>().Any(t => t.ThreadState is System.Diagnostics.ThreadState.Running or System.Diagnostics.ThreadState.Ready); }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception) { return true; } // a thread ended meanwhile
    }

    public WorkerEnd End(CancellationToken cancellation)
    {
        Ask(new(End: true));
        var answer = Answer(cancellation);
        return answer.End ?? throw Unexpected(answer);
    }

    /// <summary>Has it run so many inferences; <see cref="Await"/> waits for the last.</summary>
    public void Begin(int inferences) => Ask(new(Run: inferences));

    public void Await() => Answer(default);

    /// <summary>Ends the process: at once when it is in the middle of something, else by ending its questions.</summary>
    public void Dispose()
    {
        if (_process is not { } process) { return; }
        _process = null;
        try
        {
            if (!_waiting) { process.StandardInput.Close(); }
            if (_waiting || !process.WaitForExit(s_patience)) { process.Kill(entireProcessTree: true); }
            process.WaitForExit();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It was gone already.
        }

        process.Dispose();
    }

    void Ask(WorkerQuestion question)
    {
        _waiting = true;
        try
        {
            _process!.StandardInput.WriteLine(WorkerLine.Write(question));
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It does not listen any more; what it wrote before tells why.
        }
    }

    WorkerAnswer Answer(CancellationToken cancellation)
    {
        string? line;
        do
        {
            // Given up at once on cancellation: the process may be in the middle of a long inference.
            line = _process!.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(cancellation).GetAwaiter().GetResult();
        }
        while (line is not null && !WorkerLine.IsMessage(line));
        _waiting = false;
        if (line is null) { throw Ended(); }
        var answer = WorkerLine.Read<WorkerAnswer>(line);
        return answer.Failure is { } failure ? throw new LabException(answer.Code, failure) : answer;
    }

    LabException Ended()
    {
        var ended = _process!.WaitForExit(s_patience);
        if (ended) { _process.WaitForExit(); } // without a limit it also waits for the last lines
        var how = ended ? HowEnded(_process.ExitCode) : "its output closed";
        string lines;
        lock (_lastLines) { lines = string.Join(" | ", _lastLines); }
        return LabError.CheckFailed($"The process that measures '{Variant}' ended ({how}) before it answered{(lines.Length > 0 ? $"; it last wrote: {lines}" : "")}. "
            + "If the system lacked memory, measure fewer variants at once; else see what the engine says: detrlab doctor");
    }

    /// <summary>128 and the signal's number is how .NET tells a signal: 137 is most often the system out of memory.</summary>
    public static string HowEnded(int exitCode) => exitCode > 128 ? $"signal {exitCode - 128}" : $"exit code {exitCode}";

    LabException Unexpected(WorkerAnswer answer) => LabError.CheckFailed(
        $"The process that measures '{Variant}' answered '{answer}', needed an answer to the question put. Build the whole solution anew: dotnet build -c Release");

    void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) { return; }
        lock (_lastLines)
        {
            _lastLines.Enqueue(line.Trim());
            if (_lastLines.Count > KeptLines) { _lastLines.Dequeue(); }
        }
    }
}
