using DetrPerfLab.Core;

namespace DetrPerfLab.Measure;

/// <summary>The two limits of a figure.</summary>
/// <param name="Noisy">Above it, a run is noisy.</param>
/// <param name="Contaminated">Above it, a run is contaminated.</param>
public readonly record struct FigureLimits(double Noisy, double Contaminated);

/// <summary>What counts as disturbed on this machine.</summary>
public sealed record ContaminationLimits
{
    // What an idle machine shows is allowed on top, but a busy one may not declare its own noise normal.
    const double MostIdleShare = 0.03;

    /// <summary>Limits for a machine that is perfectly quiet when idle.</summary>
    public static ContaminationLimits Quiet { get; } = new();

    /// <summary>Of <see cref="ContaminationInfo.StealShare"/>.</summary>
    public FigureLimits StealShare { get; init; } = new(0.01, 0.05);

    /// <summary>Of <see cref="ContaminationInfo.OthersShare"/>.</summary>
    public FigureLimits OthersShare { get; init; } = new(0.03, 0.10);

    /// <summary>Of <see cref="ContaminationInfo.InvoluntarySwitchesPerSecond"/>. Never contaminated by it alone: more threads than cores do the same.</summary>
    public FigureLimits InvoluntarySwitchesPerSecond { get; init; } = new(100, double.PositiveInfinity);

    /// <summary>Of <see cref="ContaminationInfo.SpeedChange"/>.</summary>
    public FigureLimits SpeedChange { get; init; } = new(0.03, 0.10);

    /// <summary>Limits from what this machine shows while we do nothing.</summary>
    /// <param name="idle">Figures of an idle watch; a figure that is absent leaves the limits of a quiet machine.</param>
    public static ContaminationLimits FromIdle(ContaminationInfo idle) => new()
    {
        StealShare = Raise(Quiet.StealShare, idle.StealShare),
        OthersShare = Raise(Quiet.OthersShare, idle.OthersShare),
        SpeedChange = Raise(Quiet.SpeedChange, idle.SpeedChange),
    };

    static FigureLimits Raise(FigureLimits limits, double? idle)
    {
        var more = Math.Clamp(idle ?? 0, 0, MostIdleShare);
        return new(limits.Noisy + more, limits.Contaminated + more);
    }
}
