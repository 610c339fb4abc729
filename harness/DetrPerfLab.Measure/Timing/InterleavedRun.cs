namespace DetrPerfLab.Measure;

/// <summary>One of the variants that take turns.</summary>
/// <param name="Variant">Its name.</param>
/// <param name="Turn">Takes one turn, already warm, where it is timed: most often in a process of its own. Returns milliseconds.</param>
public sealed record InterleavedCase(string Variant, Func<CancellationToken, double> Turn);

/// <summary>How variants take turns.</summary>
public sealed record InterleavedOptions
{
    /// <summary>Rounds; each gives every variant one sample.</summary>
    public int Rounds { get; init => field = value is >= 1 and <= 1_000_000 ? value : throw LabError.OutOfRange(value, "1 to 1000000"); } = 15;

    /// <summary>The first round to run: an interrupted run goes on here and keeps its orders.</summary>
    public int FirstRound { get; init => field = value >= 0 ? value : throw LabError.OutOfRange(value, "0 or more"); }

    /// <summary>Decides the order of every round.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>One timed turn, or the end of a variant that failed.</summary>
/// <param name="Round">From 0.</param>
/// <param name="Variant">Whose turn it was.</param>
/// <param name="Ms">What it took; NaN when it failed.</param>
/// <param name="Gap">Why it failed; null when it did not.</param>
public readonly record struct InterleavedTurn(int Round, string Variant, double Ms, string? Gap);

/// <summary>Has variants take turns, in a new random order each round, so that what slows the machine for a while slows all of them.</summary>
/// <param name="options">Rounds and seed.</param>
public sealed class InterleavedRun(InterleavedOptions? options = null)
{
    readonly InterleavedOptions _options = options ?? new();

    /// <summary>The order of a round: indices of the variants. It depends on seed and round alone.</summary>
    public static int[] OrderOf(ulong seed, int round, int variants)
    {
        var order = new int[variants];
        for (var i = 0; i < variants; i++) { order[i] = i; }
        DeterministicRandom.Stream(seed, round).Shuffle<int>(order);
        return order;
    }

    /// <summary>Runs all rounds. A variant that fails is left out from then on; the others go on.</summary>
    /// <param name="cases">Names all different.</param>
    /// <param name="onTurn">Told what each turn gave, off the clock: for a live table, and to store what a continued run starts from.</param>
    /// <param name="cancellation">Ends the run between turns.</param>
    public void Run(IReadOnlyList<InterleavedCase> cases, Action<InterleavedTurn> onTurn, CancellationToken cancellation = default)
    {
        var names = cases.Select(c => c.Variant).ToArray();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Length) { throw LabError.OutOfRange(string.Join(", ", names), "variants that all differ", "variants"); }
        var gaps = new string?[cases.Count];
        for (var round = _options.FirstRound; round < _options.Rounds; round++)
        {
            foreach (var turn in OrderOf(_options.Seed, round, cases.Count))
            {
                if (gaps[turn] is not null) { continue; }
                cancellation.ThrowIfCancellationRequested();
                var ms = double.NaN;
                try
                {
                    ms = cases[turn].Turn(cancellation);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    gaps[turn] = e is LabException ? e.Message : $"{e.GetType().Name}: {e.Message}";
                }

                onTurn(new(round, names[turn], ms, gaps[turn]));
            }
        }
    }
}
