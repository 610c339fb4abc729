using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.Tests.Measure;

/// <summary>A variant whose turns take what the script says; writes down what it was asked for.</summary>
sealed class ScriptedCase(string variant, FakeTimeProvider clock, double ms, List<string> log) : IBenchCase
{
    public string Variant => variant;

    /// <summary>Before each turn; takes the number of the turn in this session, from 0.</summary>
    public Action<int> OnTurn { get; init; } = _ => { };

    public Action OnOpen { get; init; } = () => { };

    public Action OnMemory { get; init; } = () => { };

    /// <summary>Of others during a turn.</summary>
    public double OthersShare { get; init; }

    /// <summary>The same by the number of the turn in this session, from 0; null for what <see cref="OthersShare"/> says.</summary>
    public Func<int, double>? OthersIn { get; init; }

    /// <summary>What it answers at its end.</summary>
    public WorkerEnd Ended { get; init; } = new() { Memory = new() { PeakRssBytes = 1 << 20 }, Audit = new(Replayed: 2, Response: 0.9) };

    public int Turns { get; private set; }

    /// <summary>Turns after which it was told to.</summary>
    public int Rested { get; private set; }

    /// <summary>Of operations after the first of a turn.</summary>
    public double[]? MoreMs { get; init; }

    /// <summary>Of a turn.</summary>
    public Func<double> Ms { get; init; } = () => ms;

    public RunResult Open(CancellationToken cancellation)
    {
        OnOpen();
        log.Add($"open {variant}");
        clock.Advance(10 * ms);
        return RunResult.Unfiled(variant) with { Artefact = new(variant, "00", 1), WarmUp = new("scripted", 10, 10 * ms, true) };
    }

    public Sample Sample(int untimedRuns, CancellationToken cancellation)
    {
        OnTurn(Turns++);
        var ms = Ms();
        log.Add(variant);
        clock.Advance(ms * (1 + untimedRuns));
        var seconds = ms / 1000;
        return new(
            new(ms, Fresh: Turns % 3 == 0, Checked: Turns % 3 == 1, BitwiseEqual: Turns % 3 == 1),
            new(seconds, 2 * seconds, 0, 0, 2 * seconds * (1 - (OthersIn?.Invoke(Turns - 1) ?? OthersShare)), 0, 1),
            new(Gen0: 3, Gen1: 2, Gen2: 1, PauseMs: Turns))
        { MoreMs = MoreMs };
    }

    public void Rest() => Rested = Turns;

    public WorkerEnd End(CancellationToken cancellation)
    {
        OnMemory();
        log.Add($"memory {variant}");
        clock.Advance(5 * ms);
        return Ended;
    }

    public void Dispose()
    {
    }
}
