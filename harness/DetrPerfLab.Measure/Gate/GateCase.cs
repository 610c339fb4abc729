namespace DetrPerfLab.Measure;

/// <summary>What the blocks of a case say so far, by the rule alone: no clock, no process. Simulations and real gates decide by this.</summary>
public sealed class GateCase(string name, GateRule rule)
{
    readonly List<GateBlock> _blocks = [];

    public string Name => name;
    public IReadOnlyList<GateBlock> Blocks => _blocks;

    /// <summary>0, or 1 where the first stage said "slower" and new processes are to confirm it.</summary>
    public int Stage { get; private set; }
    public GateVerdict? Verdict { get; private set; } // null: more blocks are needed
    public string? Reason { get; private set; } // of a verdict that is none; else null

    /// <summary>Times of the head over those of the base, of the stage that decides, minus 1; null with too few blocks.</summary>
    public Interval? SlowDown => Of(Stage, b => b.Head);

    /// <summary>The same of the copy: what no difference looks like here.</summary>
    public Interval? NullControl => Of(Stage, b => b.Null);
    public int Disturbed => _blocks.Count(b => b.Disturbed is not null);
    public GateRule Rule => rule;

    /// <summary>Median of the base's processes, milliseconds.</summary>
    public double BaseMs => Quantile.Median([.. _blocks.SelectMany(b => Enumerable.Range(0, GateBlock.Units).Where(unit => GateBlock.ArmOf(b.Order, unit) == GateArm.Base).Select(unit => b.MediansMs[unit])).DefaultIfEmpty(0)]);

    /// <summary>How it stands, in words.</summary>
    public string Describe() => $"{_blocks.Count} block{(_blocks.Count == 1 ? "" : "s")}{(Disturbed > 0 ? $", {Disturbed} disturbed" : "")}{(Stage > 0 ? ", confirming" : "")}"
        + (SlowDown is { } head ? $", head {Percent(head)}, copy {Percent(NullControl!.Value)}" : "");

    public void Add(GateBlock block) => _blocks.Add(block);

    /// <summary>How likely differences as these are where the head is not slower (faster) than the alarm line, two-sided; 1 while nothing can be said.</summary>
    internal double PSlower => P(b => b.Head);
    internal double PFaster => P(b => -b.Head);

    /// <summary>Decides, where the blocks allow it.</summary>
    /// <param name="isSlower">Whether this case is slower after correction over all cases that are gated together (<see cref="Holm"/>).</param>
    public void Judge(bool isSlower, bool isFaster)
    {
        if (Verdict is not null || NullControl is not { } control || SlowDown is not { } head) { return; }
        if (control.Lower > rule.DeadBand || control.Upper < -rule.DeadBand) { return; } // two identical builds differ: nothing can be told
        switch (isSlower, isFaster)
        {
            case (true, _) when Stage == 0: Stage = 1; break;
            case (true, _): Verdict = GateVerdict.Slower; break;
            case (_, true) when Stage == 0: Verdict = GateVerdict.Faster; break;
            case (false, false) when IsSame(head) && IsInside(control) && Stage == 0: Verdict = GateVerdict.Same; break;
            case (false, _) when Stage == 1 && (isFaster || IsInside(head)):
                End("slower in the first processes, not in those that were to confirm it");
                break;
        }
    }

    /// <summary>Ends it without a verdict where there is none: time or blocks are spent.</summary>
    public void End(string reason)
    {
        if (Verdict is not null) { return; }
        (Verdict, Reason) = (GateVerdict.Undecided, reason);
    }

    /// <summary>Why there is no verdict yet, as a person needs it.</summary>
    internal string Lack()
    {
        if (Counted(Stage).Count() < rule.LeastBlocks)
        {
            return Disturbed > 0 ? $"the machine was busy with something else in {Disturbed} of {_blocks.Count} blocks ({_blocks.Last(b => b.Disturbed is not null).Disturbed})"
                : $"{Counted(Stage).Count()} blocks were measured, {rule.LeastBlocks} are needed: give more with --minutes";
        }

        if (NullControl is { } control && !IsInside(control)) { return FormattableString.Invariant($"a copy of the base measured {Percent(control)} slower than the base: this machine is too restless now for a verdict"); }
        return SlowDown is { } head ? FormattableString.Invariant($"the head is {Percent(head)} slower: neither the same nor slower beyond doubt; give more with --minutes") : "nothing was measured";
    }

    /// <summary>Which cases hold after correction over all of them, at the rule's level.</summary>
    /// <remarks>Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.</remarks>
    public static bool[] Holm(IReadOnlyList<double> p, double level)
    {
        var holds = new bool[p.Count];
        var left = p.Count;
        foreach (var (value, index) in p.Select((value, index) => (value, index)).OrderBy(x => x.value))
        {
            if (value > (1 - level) / left--) { break; }
            holds[index] = true;
        }

        return holds;
    }

    public static string Percent(Interval share) => share.Scale(100).ToString("+0.0;-0.0;0.0") + " %";

    IEnumerable<GateBlock> Counted(int stage) => _blocks.Where(b => b.Stage == stage && b.Disturbed is null);

    /// <summary>On a machine that cannot tell two identical builds to be the same, a difference counts beyond all that it may make of none.</summary>
    double AlarmWith(Interval control) => IsInside(control) ? rule.Alarm : Math.Max(Math.Log(1 + control.Upper), -Math.Log(1 + control.Lower));

    /// <summary>An estimate beyond the alarm line is nearer to slower than to the same, however its interval ends by chance: more blocks tell.</summary>
    bool IsSame(Interval head) => IsInside(head) && Math.Abs(Math.Log(1 + head.Value)) <= rule.Alarm;

    bool IsInside(Interval difference) => Math.Log(1 + difference.Lower) > -rule.Edge && Math.Log(1 + difference.Upper) < rule.Edge;

    double P(Func<GateBlock, double> difference)
    {
        double[] all = [.. Counted(Stage).Select(difference)];
        return all.Length < rule.LeastBlocks || NullControl is not { } control ? 1 : Math.Min(1, 2 * SignedRank.PAbove(all, AlarmWith(control)));
    }

    Interval? Of(int stage, Func<GateBlock, double> difference)
    {
        double[] all = [.. Counted(stage).Select(difference)];
        return all.Length >= rule.LeastBlocks && SignedRank.Centre(all, rule.Level) is { } i ? new(Math.Exp(i.Value) - 1, Math.Exp(i.Lower) - 1, Math.Exp(i.Upper) - 1, i.Level) : null;
    }
}
