using System.Text.Json.Serialization;

namespace DetrPerfLab.Core;

/// <summary>Of a contaminated case that was measured again by itself.</summary>
/// <param name="Measurements">How often it was measured in all.</param>
/// <param name="Kept">Which of them this is, from 1.</param>
/// <param name="Reasons">What disturbed the first, as <see cref="ContaminationInfo.Reasons"/>.</param>
public sealed record RepetitionInfo(int Measurements, int Kept, IReadOnlyList<string> Reasons)
{
    /// <summary>Repetitions of a case: whatever disturbs three measurements is at home on the machine.</summary>
    public const int Most = 2;

    [JsonIgnore]
    public bool KeepsTheLast => Kept == Measurements;

    public static bool IsDue(RunResult result) => result.IsContaminated && (result.Repetition?.Measurements ?? 1) <= Most;

    /// <summary>Of a contaminated measurement and the next one the cleaner: by the verdict, then by the least that others took; nobody chooses by times.</summary>
    /// <remarks>A failure is always taken: it must not hide behind an earlier measurement that decides nothing. A lack, such as an operation that is too slow for a quick run, tells of the disturbance only.</remarks>
    public static RunResult Cleaner(RunResult before, RunResult next)
    {
        if (next is { Gap: not null, GapIsLack: false }) { return next; }
        var all = before.Repetition ?? new(Measurements: 1, Kept: 1, before.Contamination!.Reasons);
        all = all with { Measurements = all.Measurements + 1 };
        return next is { Gap: null, Contamination: { } now } && Disturbance(now).CompareTo(Disturbance(before.Contamination!)) < 0
            ? next with { Repetition = all with { Kept = all.Measurements } }
            : before with { Repetition = all };
    }

    static (ContaminationVerdict Verdict, double Taken) Disturbance(ContaminationInfo info) => (info.Verdict, info.OthersAndSteal);
}
