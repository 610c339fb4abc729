using System.Diagnostics;

namespace DetrPerfLab.Measure;

/// <summary>What a gate is told about how it goes.</summary>
public sealed record GateProgress(GateCase Case, TimeSpan Left);

/// <summary>Measures cases block by block until each has a verdict or the time is over. Cases take turns, so that what slows the machine for a while slows all of them.</summary>
/// <param name="journal">Keeps what is measured; what it holds already counts.</param>
/// <param name="limits">What counts as disturbed on this machine.</param>
public sealed class GateRun(GateRule rule, ulong seed, Journal<GateEntry> journal, ContaminationLimits limits, ICounterSource? counters = null, TimeProvider? clock = null)
{
    const int LeastWarmUps = 3, LeastRuns = 5, MostRuns = 200;

    readonly ICounterSource _counters = counters ?? new SystemCounters();
    readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>Timed runs of a unit take about as long; milliseconds.</summary>
    public double UnitMs { get; init; } = DefaultUnitMs;
    public const double DefaultUnitMs = 300;

    // Untimed runs before them: .NET compiles what it finds hot again after 100 ms, beside the work.
    double WarmUpMs => UnitMs * 4 / 3;

    /// <summary>Measures; the time counts from now, without what an earlier part of this run took.</summary>
    /// <param name="units">The processes of each case, by its name.</param>
    /// <exception cref="LabException">A process failed: a case cannot be lost in silence.</exception>
    public IReadOnlyList<GateCase> Run(IReadOnlyDictionary<string, IGateUnits> units, TimeSpan time, Action<GateProgress>? show = null, CancellationToken cancellation = default)
    {
        var (start, measured) = (_clock.GetTimestamp(), 0);
        var cases = units.Keys.Select(name => new GateCase(name, rule)).ToList();
        foreach (var block in journal.Entries.Select(e => e.Block).OfType<GateBlock>())
        {
            // Judged block by block, as they came: the stage of the next follows from it.
            cases.Single(c => c.Name == block.Case).Add(block);
            Judge(cases);
        }

        while (cases.Where(c => c.Verdict is null).ToList() is { Count: > 0 } open)
        {
            foreach (var one in open)
            {
                cancellation.ThrowIfCancellationRequested();
                if (IsOver(one)) { one.End(one.Lack()); continue; }
                one.Add(Measure(one, units[one.Name], cancellation));
                measured++;
                show?.Invoke(new(one, time - Elapsed()));
            }

            Judge(cases);
        }

        return cases;

        TimeSpan Elapsed() => _clock.GetElapsedTime(start);

        bool IsOver(GateCase one) => one.Blocks.Count(b => b.Stage == one.Stage) >= rule.MostBlocks || Elapsed() + (one.Stage == 0 ? ToConfirm() : default) > time;

        // The first stage leaves as much as the second needs at least.
        TimeSpan ToConfirm() => measured == 0 ? default : Elapsed() / measured * rule.LeastBlocks;
    }

    /// <summary>Median over the units of an arm of a figure that they told; null where they did not.</summary>
    public double? FigureOf(string name, GateArm arm, string figure)
    {
        double[] values = [.. journal.Entries.Where(e => e.Block?.Case == name).SelectMany(e => Enumerable.Range(0, GateBlock.Units)
            .Where(unit => GateBlock.ArmOf(e.Block!.Order, unit) == arm && e.Figures.Count > unit && e.Figures[unit].ContainsKey(figure)).Select(unit => e.Figures[unit][figure]))];
        return values.Length > 0 ? Quantile.Median(values) : null;
    }

    public IReadOnlySet<string> FiguresOf(string name) => journal.Entries.Where(e => e.Block?.Case == name).SelectMany(e => e.Figures).SelectMany(f => f.Keys).ToHashSet();

    void Judge(IReadOnlyList<GateCase> cases)
    {
        var slower = GateCase.Holm([.. cases.Select(c => c.PSlower)], rule.Level);
        var faster = GateCase.Holm([.. cases.Select(c => c.PFaster)], rule.Level);
        for (var i = 0; i < cases.Count; i++) { cases[i].Judge(slower[i], faster[i]); }
    }

    GateBlock Measure(GateCase one, IGateUnits units, CancellationToken cancellation)
    {
        var order = GateBlock.OrderOf(seed, one.Stage, one.Blocks.Count);
        var plan = PlanOf(one.Name, units, cancellation);
        var readings = new UnitReading[GateBlock.Units];
        var before = _counters.Read();
        for (var unit = 0; unit < readings.Length; unit++) { readings[unit] = units.Run(GateBlock.ArmOf(order, unit), plan, cancellation); }

        var seen = ContaminationWatch.Judge(before, _counters.Read(), limits);
        var block = new GateBlock(one.Name, one.Stage, order, [.. readings.Select(r => r.MedianMs)], seen.Verdict == ContaminationVerdict.Contaminated ? string.Join(", ", seen.Reasons) : null);
        journal.Add(new(block) { Figures = [.. readings.Select(r => r.Figures)] });
        return block;
    }

    /// <summary>Found once, on the base, and kept: both sides do the same number of runs. Each arm is started once for it, since a program's first start reads it from the disk.</summary>
    UnitPlan PlanOf(string name, IGateUnits units, CancellationToken cancellation)
    {
        if (journal.Entries.FirstOrDefault(e => e.Plan is not null && e.Case == name) is { Plan: { } known }) { return known; }
        var ms = Enum.GetValues<GateArm>().Reverse().Select(arm => units.Run(arm, new(LeastWarmUps, LeastRuns), cancellation).MedianMs).Last();
        var plan = new UnitPlan((int)Math.Clamp(Math.Ceiling(WarmUpMs / ms), LeastWarmUps, MostRuns), (int)Math.Clamp(Math.Ceiling(UnitMs / ms), LeastRuns, MostRuns));
        journal.Add(new(null) { Case = name, Plan = plan });
        return plan;
    }
}

/// <summary>What the journal of a gate holds: a block, or what each unit of a case does.</summary>
public sealed record GateEntry(GateBlock? Block)
{
    public string? Case { get; init; }
    public UnitPlan? Plan { get; init; }
    public IReadOnlyList<IReadOnlyDictionary<string, double>> Figures { get; init; } = []; // of the block's units, in their order

    public bool IsOf(IReadOnlyCollection<string> cases) =>
        Block is { Case: not null, IsWhole: true, Stage: 0 or 1 } block ? cases.Contains(block.Case) : Plan is { WarmUps: > 0, Runs: > 0 } && Case is not null && cases.Contains(Case);
}

/// <summary>Units that are processes.</summary>
/// <param name="start">The program of an arm.</param>
public sealed class GateProcesses(string name, Func<GateArm, ProcessStartInfo> start, TimeSpan patience) : IGateUnits
{
    public UnitReading Run(GateArm arm, UnitPlan plan, CancellationToken cancellation)
    {
        try
        {
            using var unit = new GateUnit($"{name}: the {(arm == GateArm.Copy ? "base's copy" : arm.ToString().ToLowerInvariant())}", start(arm), patience, cancellation);
            for (var i = 0; i < plan.WarmUps; i++) { unit.Run(); }
            var ms = new double[plan.Runs];
            foreach (ref var one in ms.AsSpan()) { one = unit.Run(); }
            return new(ms, unit.End());
        }
        catch (LabException reason) when (arm != GateArm.Head)
        {
            throw LabError.BadInput($"{reason.Message} Without a base there is nothing to compare with: name another with --base.");
        }
    }
}
