namespace DetrPerfLab.Report;

/// <summary>One measured case and what follows from its samples.</summary>
sealed class CaseView(RunResult run)
{
    internal RunResult Run => run;

    /// <summary>Of the samples, milliseconds; null without any.</summary>
    internal SampleSummary? Summary { get; } = SampleSummary.Of(run);

    /// <summary>What was measured on labelled images: AP of a detector, top-1 of a classifier, else AP of the trained model that stands in for synthetic weights; null without.</summary>
    internal Accuracy? Accuracy => Run.CocoAp is { } ap ? new("AP", 100 * ap, Run.CocoApDifference?.Scale(100))
        : Run.Top1 is { } top ? new("top-1", 100 * top, Run.Top1Difference?.Scale(100))
        : Run.StandIn is { } other ? new("AP", 100 * other.CocoAp, other.CocoApDifference?.Scale(100)) { StandIn = other }
        : null;

    internal Estimate? Median => Summary is { } s ? new(s.Median, s.MedianInterval) : null;
    internal double? ImagesPerSecond => Run.ImagesPerSecond;
    internal Estimate? SpeedUp { get; private set; }

    /// <summary>What this case is compared with, itself where it is the baseline; null without one.</summary>
    internal CaseView? Baseline { get; private set; }

    /// <summary>Why it is compared with nothing; null where it is, or where no more is known than that.</summary>
    internal string? NoBaseline { get; set; }

    /// <summary>The measured case before it in the order of what is compared; null for the first, and where that was contaminated.</summary>
    internal CaseView? Previous { get; private set; }

    /// <summary>The first row of what is compared, where this is that row measured a second time at the end and both have samples; null otherwise.</summary>
    internal CaseView? FirstTime { get; set; }
    internal bool IsContaminated => Run.IsContaminated;

    /// <summary>Pauses of the garbage collector over all images of the timed operations; null where they were not counted.</summary>
    internal double? PauseMsPerImage => Run.Gc is { Operations: > 0 and var operations } gc ? gc.TotalPauseMs / (operations * (double)Math.Max(1, Run.ImagesPerOperation)) : null;
    internal string? Gap => Summary is not null ? null : Run.Gap ?? "the result holds no samples and no reason";

    internal string? Parameter(string name) => Run.Parameters.FirstOrDefault(p => string.Equals(p.Key, name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The number that a parameter begins with, for example 800 of <c>800x1066</c>.</summary>
    internal double? Number(string name) => Parameter(name) is { } text ? LeadingNumber(text) : null;

    internal static double? LeadingNumber(string text) =>
        double.TryParse(string.Concat(text.TrimStart().TakeWhile(c => char.IsAsciiDigit(c) || c == '.')), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>What tells this case from the others of its suite: the value alone where there is but one parameter.</summary>
    internal string Label => Run.Parameters.Count switch
    {
        0 => Run.Variant,
        1 => Run.Parameters.First().Value,
        _ => ParameterText,
    };

    internal string TextWithout(params IReadOnlyList<string> names) => string.Join(", ", Run.Parameters
        .Where(p => !names.Contains(p.Key, StringComparer.OrdinalIgnoreCase))
        .OrderBy(p => p.Key, StringComparer.OrdinalIgnoreCase)
        .Select(p => $"{p.Key.ToLowerInvariant()} {p.Value}"));

    /// <summary>Parameters in one line, for example <c>size 800x1066, threads 2</c>; empty without any.</summary>
    internal string ParameterText => field ??= TextWithout();

    internal void CompareWith(CaseView baseline, CaseView? previous)
    {
        (Baseline, Previous) = (baseline, previous is { IsContaminated: true } ? null : previous);
        SpeedUp = this == baseline
            ? new Estimate(1, new Interval(1, 1, 1, Level: 0.95)) // by definition; two draws of the same samples would pretend a doubt
            : Estimate.Ratio(baseline, this);
    }
}

/// <summary>A measure of accuracy by its short name, and its difference to the reference, both in points (of 100); null where nothing was compared.</summary>
sealed record Accuracy(string Name, double Points, Interval? Difference)
{
    internal StandInInfo? StandIn { get; init; } // the trained model that it is of; null: of the model that was timed

    internal string FullName => StandIn is { } other ? $"{Name} of {other.Model}" : Name;

    internal string DifferenceName => $"{Name} difference{(StandIn is { } other ? $" of {other.Model}" : "")}";
}
