using DetrPerfLab.Core;

namespace DetrPerfLab.Report;

/// <summary>One measured case and what follows from its samples.</summary>
sealed class CaseView
{
    internal CaseView(RunResult run)
    {
        Run = run;
        Summary = SampleSummary.Of(run.SamplesMs);
    }

    /// <summary>What was stored.</summary>
    internal RunResult Run { get; }

    /// <summary>Of the samples, milliseconds; null without any.</summary>
    internal SampleSummary? Summary { get; }

    /// <summary>Milliseconds an operation.</summary>
    internal Estimate? Median => Summary is { } s ? new(s.Median, s.MedianInterval) : null;

    /// <summary>Images a second, at the median.</summary>
    internal double? ImagesPerSecond => Summary is { } s ? Run.ImagesPerOperation * 1000 / s.Median : null;

    /// <summary>Times faster than the baseline of the same run; null without one.</summary>
    internal Estimate? SpeedUp { get; private set; }

    /// <summary>Why there are no samples; null when there are.</summary>
    internal string? Gap => Summary is not null ? null : Run.Gap ?? "the result holds no samples and no reason";

    /// <summary>A parameter by any of its names, null when the case does not set it.</summary>
    internal string? Parameter(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            foreach (var (key, value) in Run.Parameters)
            {
                if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase)) { return value; }
            }
        }

        return null;
    }

    /// <summary>Parameters in one line, for example <c>size 800x1066, threads 2</c>; empty without any.</summary>
    internal string ParameterText => string.Join(", ", Run.Parameters
        .OrderBy(p => p.Key, StringComparer.OrdinalIgnoreCase)
        .Select(p => $"{p.Key.ToLowerInvariant()} {p.Value}"));

    internal void CompareWith(CaseView baseline) => SpeedUp = this == baseline
        ? new Estimate(1, new Interval(1, 1, 1, Level: 0.95)) // by definition; two draws of the same samples would pretend a doubt
        : Estimate.Ratio(baseline, this);
}
