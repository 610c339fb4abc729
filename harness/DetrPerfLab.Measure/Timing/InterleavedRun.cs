using DetrPerfLab.Core;

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

    /// <summary>Name of the run, by which results are paired; a continued run passes its own.</summary>
    public string Run { get; init; } = Guid.NewGuid().ToString("N");
}

/// <summary>One timed turn, or the end of a variant that failed.</summary>
/// <param name="Round">From 0.</param>
/// <param name="Variant">Whose turn it was.</param>
/// <param name="Ms">What it took; NaN when it failed.</param>
/// <param name="Gap">Why it failed; null when it did not.</param>
public readonly record struct InterleavedTurn(int Round, string Variant, double Ms, string? Gap);

/// <summary>What one variant gave.</summary>
/// <param name="Variant">Its name.</param>
/// <param name="SamplesMs">One a round, from <see cref="InterleavedOptions.FirstRound"/>; empty when it failed.</param>
/// <param name="Interleaving">As results keep it.</param>
/// <param name="Gap">Why there are no samples; null when there are.</param>
public sealed record InterleavedSamples(string Variant, IReadOnlyList<double> SamplesMs, InterleavingInfo Interleaving, string? Gap);

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

    /// <summary>Runs all rounds. A variant that fails is left out from then on and keeps its reason; the others go on.</summary>
    /// <param name="cases">Names all different.</param>
    /// <param name="onTurn">Called after each turn, off the clock: for a live table, and to store what a continued run starts from.</param>
    /// <param name="cancellation">Ends the run between turns.</param>
    public IReadOnlyList<InterleavedSamples> Run(
        IReadOnlyList<InterleavedCase> cases, Action<InterleavedTurn>? onTurn = null, CancellationToken cancellation = default)
    {
        var names = cases.Select(c => c.Variant).ToArray();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Length) { throw LabError.OutOfRange(string.Join(", ", names), "variants that all differ", "variants"); }
        var rounds = Math.Max(0, _options.Rounds - _options.FirstRound);
        var samples = cases.Select(_ => new double[rounds]).ToArray();
        var places = cases.Select(_ => new int[rounds]).ToArray();
        var gaps = new string?[cases.Count];
        for (var i = 0; i < rounds; i++)
        {
            var round = _options.FirstRound + i;
            var order = OrderOf(_options.Seed, round, cases.Count);
            for (var place = 0; place < order.Length; place++)
            {
                var turn = order[place];
                if (gaps[turn] is not null) { continue; }
                cancellation.ThrowIfCancellationRequested();
                (samples[turn][i], places[turn][i]) = (double.NaN, place);
                try
                {
                    samples[turn][i] = cases[turn].Turn(cancellation);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    gaps[turn] = e is LabException ? e.Message : $"{e.GetType().Name}: {e.Message}";
                }

                onTurn?.Invoke(new(round, names[turn], samples[turn][i], gaps[turn]));
            }
        }

        return [.. cases.Select((c, i) => gaps[i] is { } gap
            ? new InterleavedSamples(c.Variant, [], new(_options.Run, _options.Seed, names, []), gap)
            : new InterleavedSamples(c.Variant, samples[i], new(_options.Run, _options.Seed, names, places[i]), null))];
    }
}
