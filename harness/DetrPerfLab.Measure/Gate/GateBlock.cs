namespace DetrPerfLab.Measure;

/// <summary>A block: each arm twice, forwards and backwards, so that what drifts evenly takes the same from each.</summary>
/// <param name="Stage">0, then 1 where "slower" is confirmed.</param>
/// <param name="Order">The arms of its first half; the second is the first reversed.</param>
/// <param name="MediansMs">Of its six processes, in the order that they ran.</param>
/// <param name="Disturbed">Why it does not count: the machine was busy with something else. Null where it counts.</param>
public sealed record GateBlock(string Case, int Stage, GateArm[] Order, double[] MediansMs, string? Disturbed = null)
{
    internal const int Units = 6;

    internal bool IsWhole => Order is { Length: Units / 2 } && Order.Distinct().Count() == Order.Length && MediansMs is { Length: Units } && MediansMs.All(ms => ms is > 0 and < double.PositiveInfinity);

    /// <summary>Logarithm of the ratio of times; above 0 where the head took longer.</summary>
    internal double Head => Of(GateArm.Head) - Of(GateArm.Base);
    internal double Null => Of(GateArm.Copy) - Of(GateArm.Base);

    internal static GateArm ArmOf(GateArm[] order, int unit) => order[unit < order.Length ? unit : Units - 1 - unit];

    double Of(GateArm arm) => Enumerable.Range(0, Units).Where(unit => ArmOf(Order, unit) == arm).Average(unit => Math.Log(MediansMs[unit]));

    /// <summary>By the stored seed; those of the confirming stage are reversed, so that whatever favours a place in a block now favours the other arm.</summary>
    internal static GateArm[] OrderOf(ulong seed, int stage, int block)
    {
        var order = Enum.GetValues<GateArm>();
        DeterministicRandom.Stream(seed, block).Shuffle<GateArm>(order);
        if (stage > 0) { Array.Reverse(order); }
        return order;
    }
}
