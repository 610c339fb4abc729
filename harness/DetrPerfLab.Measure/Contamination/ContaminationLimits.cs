namespace DetrPerfLab.Measure;

/// <summary>The two limits of a figure, above which a run is noisy or contaminated.</summary>
public readonly record struct FigureLimits(double Noisy, double Contaminated);

/// <summary>What counts as disturbed on this machine.</summary>
public sealed record ContaminationLimits
{
    // What an idle machine shows is allowed on top, but a busy one may not declare its own noise normal.
    const double MostIdleShare = 0.03;
    const double MostIdleSwitches = 400;

    public static ContaminationLimits Quiet { get; } = new(); // limits for a machine that is perfectly quiet when idle
    public FigureLimits StealShare { get; init; } = new(0.01, 0.05);
    public FigureLimits OthersShare { get; init; } = new(0.03, 0.10);

    /// <summary>Of <see cref="ContaminationInfo.InvoluntarySwitchesPerSecond"/>, at most noisy. They count only where others, processes or steal, had more than
    /// <see cref="OthersThatSwitch"/>: below it, the case's own threads took the cores from each other.</summary>
    public FigureLimits InvoluntarySwitchesPerSecond { get; init; } = new(100, double.PositiveInfinity);

    /// <summary>Share of our cores' time that others must have had before involuntary switches are laid to them, in [0, 1].</summary>
    public double OthersThatSwitch { get; init; } = 0.01;
    public FigureLimits SpeedChange { get; init; } = new(0.03, 0.10);

    /// <summary>Limits from what this machine shows when nobody else wants it.</summary>
    /// <param name="idle">Figures while we do nothing; a figure that is absent leaves the limits of a quiet machine.</param>
    /// <param name="busy">Figures while a thread of ours keeps each core busy, for the involuntary switches: an idle process has none.</param>
    public static ContaminationLimits FromIdle(ContaminationInfo idle, ContaminationInfo busy) => new()
    {
        StealShare = Raise(Quiet.StealShare, idle.StealShare),
        OthersShare = Raise(Quiet.OthersShare, idle.OthersShare),
        SpeedChange = Raise(Quiet.SpeedChange, idle.SpeedChange),
        InvoluntarySwitchesPerSecond = Raise(Quiet.InvoluntarySwitchesPerSecond, busy.InvoluntarySwitchesPerSecond, MostIdleSwitches),
        OthersThatSwitch = Quiet.OthersThatSwitch + Math.Clamp((idle.OthersShare ?? 0) + (idle.StealShare ?? 0), 0, MostIdleShare),
    };

    static FigureLimits Raise(FigureLimits limits, double? idle, double most = MostIdleShare)
    {
        var more = Math.Clamp(idle ?? 0, 0, most);
        return new(limits.Noisy + more, limits.Contaminated + more);
    }
}
