namespace DetrPerfLab.Measure;

/// <summary>One gate of the self-test: what was done to the head, and what the gate said.</summary>
/// <param name="Condition">For example <c>same</c>, <c>slower 5 %</c>, <c>same, a neighbour takes a core in bursts</c>.</param>
/// <param name="Slower">Known slow-down of the head, a share; below 0 where it was sped up.</param>
/// <param name="Setup">What was timed, and how short a gate: trials of one setup are comparable.</param>
/// <param name="Disturbed">Whether another program was made to take a core meanwhile.</param>
/// <param name="SlowDown">What the gate measured; null where it could not.</param>
/// <param name="Null">The same of the base's copy.</param>
public sealed record GateTrial(
    string Condition, double Slower, string Setup, bool Disturbed, ulong Seed, GateVerdict Verdict, string? Reason, Interval? SlowDown, Interval? Null, double Seconds, double DeadBand, string Commit,
    DateTimeOffset Started, IReadOnlyList<GateBlock> Blocks)
{
    const double MostDisturbed = 0.25;

    /// <summary>Whether something else took the machine for so much of it that it belongs to no quiet condition, whatever it said.</summary>
    public bool IsBusy => !Disturbed && Blocks.Count(b => b.Disturbed is not null) > MostDisturbed * Blocks.Count;

    /// <summary>Whether a line of the file is such a record.</summary>
    public bool IsWhole => Condition is not null && Setup is not null && Blocks is not null && Blocks.All(b => b is { Case: not null, IsWhole: true });
}

/// <summary>What the self-test found a gate to be worth on a machine.</summary>
/// <param name="NoiseShare">How far two identical builds differ from gate to gate, standard deviation as a share.</param>
/// <param name="BlockShare">The same from block to block.</param>
/// <param name="BlockSeconds">What a block takes.</param>
public sealed record GateKnowledge(string Setup, double NoiseShare, double BlockShare, double BlockSeconds, IReadOnlyList<GateCondition> Conditions)
{
    const double Confidence99 = 2.576, Power95 = 1.645; // quantiles of the normal distribution
    const double SignedRankCost = 1.05; // blocks that the signed-rank test needs where a t-test needs one; Hollander et al., section 3.11, efficiency 0.955
    const double FirstStage = 0.65; // of the time, about: the rest confirms

    /// <summary>By setup, that with the most trials first.</summary>
    public static IReadOnlyList<GateKnowledge> Of(IEnumerable<GateTrial> trials) =>
        [.. trials.GroupBy(t => t.Setup).OrderByDescending(g => g.Count()).Select(g => Of(g.Key, [.. g]))];

    static GateKnowledge Of(string setup, IReadOnlyList<GateTrial> trials)
    {
        var quiet = trials.Where(t => !t.Disturbed && !t.IsBusy).ToList();
        double[] nulls = [.. quiet.Select(t => t.Null).OfType<Interval>().Select(n => Math.Log(1 + n.Value))];
        double[] blocks = [.. quiet.SelectMany(t => t.Blocks).Where(b => b.Disturbed is null).Select(b => b.Null)];
        return new(
            setup, Deviation(nulls), Deviation(blocks), trials.Sum(t => t.Seconds) / Math.Max(1, trials.Sum(t => t.Blocks.Count)),
            [.. trials.GroupBy(t => (Name: t.Condition + (t.IsBusy ? ", machine busy" : ""), t.Slower, Disturbed: t.Disturbed || t.IsBusy)).OrderBy(g => g.Key.Disturbed).ThenBy(g => g.Key.Slower).Select(g => new GateCondition(g.Key.Name, g.Key.Slower, g.Key.Disturbed, g.Count(),
                g.Count(t => t.Verdict == GateVerdict.Slower), g.Count(t => t.Verdict == GateVerdict.Faster), g.Count(t => t.Verdict == GateVerdict.Same), g.Count(t => t.Verdict == GateVerdict.Undecided)))]);
    }

    /// <summary>The slow-down that a gate of so many minutes finds in 95 of 100 runs, a share: by the noise from block to block.</summary>
    public double Detectable(double minutes)
    {
        var blocks = Math.Clamp(minutes * 60 * FirstStage / Math.Max(BlockSeconds, 1e-3), 1, GateRule.Default.MostBlocks);
        return (GateRule.For(NoiseShare).DeadBand / 2) + ((Confidence99 + Power95) * BlockShare * Math.Sqrt(SignedRankCost / blocks));
    }

    /// <summary>For example: on this machine a 5 % slow-down is found in 60 of 60 runs (at least 94 of 100), a false alarm …</summary>
    public string Sentence()
    {
        var same = Conditions.Where(c => c.Slower == 0).ToList();
        var (alarms, runs) = (same.Sum(c => c.AsSlower), same.Sum(c => c.Runs));
        var found = Conditions.FirstOrDefault(c => !c.Disturbed && Math.Abs(c.Slower - 0.05) < 1e-9);
        return (found is null ? "" : FormattableString.Invariant($"a 5 % slow-down was found in {found.AsSlower} of {found.Runs} runs (at least {100 * Proportion.Of(found.AsSlower, found.Runs).Lower:0} of 100 with 95 % confidence)"))
            + (runs == 0 ? "" : FormattableString.Invariant($"{(found is null ? "" : "; ")}equal builds were called slower in {alarms} of {runs} runs (at most {100 * Proportion.Of(alarms, runs).Upper:0.0} of 100)"));
    }

    static double Deviation(double[] values)
    {
        if (values.Length < 2) { return 0; }
        var mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }
}

/// <summary>What gates said under one condition.</summary>
public sealed record GateCondition(string Name, double Slower, bool Disturbed, int Runs, int AsSlower, int AsFaster, int AsSame, int AsUndecided);
