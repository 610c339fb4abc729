namespace DetrPerfLab.Report;

/// <summary>A case over time, on one machine.</summary>
/// <param name="Name">The result's id, and the options that change what is timed, where some were given.</param>
/// <param name="Points">Every run of it, oldest first.</param>
/// <param name="Changes">In order.</param>
sealed record CaseHistory(string Name, IReadOnlyList<HistoryPoint> Points, IReadOnlyList<CaseChange> Changes)
{
    // What is not the same with another model, or other ranges, is no change of the code.
    static readonly string[] s_telling = ["--model", "--calibrate", "--keep-list", "--family"];

    internal string Suite => Points[0].Run.Suite;

    /// <summary>Beyond what share of the time a change counts; the same for all cases of the suite.</summary>
    internal double Limit { get; init; }

    /// <summary>Those that decide.</summary>
    internal IReadOnlyList<HistoryPoint> Trusted { get; } = [.. Points.Where(p => p.Doubt is null)];

    /// <summary>Of those, the values that are independent, milliseconds.</summary>
    internal IReadOnlyList<double[]> Values => [.. Trusted.Select(p => p.Run.RoundsMs.ToArray())];

    /// <summary>What tells this case from others.</summary>
    /// <param name="variants">Whether they are of several variants.</param>
    /// <param name="parameters">Whether they have several parameters, so that a value alone does not tell which it is of.</param>
    internal string Label(bool variants, bool parameters)
    {
        var view = Points[^1].View;
        var setting = parameters || view.Run.Parameters.Count == 0 ? view.ParameterText : view.Label;
        return setting.Length == 0 ? view.Run.Variant : variants ? $"{view.Run.Variant}, {setting}" : setting;
    }

    internal static string NameOf(RunResult run)
    {
        string[] told = [.. run.Options.Zip(run.Options.Skip(1), (option, value) => s_telling.Contains(option) ? $"{option} {value}" : "").Where(o => o.Length > 0)];
        return told.Length == 0 ? run.Id : $"{run.Id} {string.Join(' ', told)}";
    }

    /// <summary>The median over all runs of a level, milliseconds, for each level: the runs up to the next change.</summary>
    internal IEnumerable<(IReadOnlyList<HistoryPoint> Runs, double Ms)> Levels()
    {
        int[] borders = [0, .. Changes.Select(c => c.Index), Trusted.Count];
        foreach (var (from, to) in borders.Zip(borders.Skip(1)).Where(b => b.Second > b.First))
        {
            HistoryPoint[] runs = [.. Trusted.Take(from..to)];
            yield return (runs, Quantile.Median([.. runs.SelectMany(r => r.Run.RoundsMs)]));
        }
    }
}

/// <summary>One run of a case.</summary>
sealed class HistoryPoint(RunResult run)
{
    internal RunResult Run => run;
    internal CaseView View { get; } = new(run);

    /// <summary>Of the time of an operation, milliseconds; null without samples.</summary>
    internal Estimate? Median => View.Median;

    /// <summary>Why it decides nothing; null where it does.</summary>
    internal string? Doubt => View.Gap is { } gap ? gap
        : run.IsContaminated ? "contaminated: something else used the machine"
        : run.RoundsMs.Count < Bootstrap.LeastSamples ? $"{Format.Count(run.RoundsMs.Count, "sample")}: an interval needs {Bootstrap.LeastSamples}"
        : null;
}

/// <summary>A new level of a case: the place among its trusted runs from which it holds, the last run before, and its median time over that of the level before.</summary>
sealed record CaseChange(int Index, HistoryPoint Before, HistoryPoint At, Interval Ratio)
{
    /// <summary>Two runs of the same code differ: then it was not the code that changed.</summary>
    internal bool SameCode => Before.Run.Commit == At.Run.Commit;

    /// <summary>Time more (+) or less (−), for example <c>+12 %</c>.</summary>
    internal string Percent => (Ratio.Value - 1) * 100 is var percent ? $"{Format.Signed(percent, Math.Abs(percent) < 9.95 ? 1 : 0)} %" : "";
}
