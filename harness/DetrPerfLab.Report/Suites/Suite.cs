namespace DetrPerfLab.Report;

/// <summary>A suite as those who read its results know it: what it asks, how its rows are ordered, what each is compared with, and what a page shows of it.</summary>
/// <param name="Name">For example <c>Thread</c>, measured by <c>ThreadBenchmarks</c>.</param>
/// <param name="Parameters">All that tells its rows apart; rows are ordered by the first, then by the second and so on.</param>
public sealed record Suite(string Name, string Asks, params IReadOnlyList<SuiteParameter> Parameters) : IComparer<RunResult>
{
    /// <summary>The name under which the variant itself is a parameter.</summary>
    public const string Variant = "Variant";

    /// <summary>The variant that all others are compared with, where it was measured; null where the first row is.</summary>
    internal string? Baseline { get; init; }
    internal string ComparedWith { get; init; } = "the first row that differs only in what the suite varies";

    /// <summary>The command that measures it; a name from a file of results brings nothing but letters and digits into it.</summary>
    internal string Command
    {
        get => field ?? $"./run-all.sh --filter '*{string.Concat(Name.Where(char.IsAsciiLetterOrDigit))}Benchmarks*'";
        init;
    }

    internal IReadOnlyList<CaseColumn> Columns { get; init; } = CaseColumns.OfVariants;
    internal Func<ReportModel, Drawing>? Chart { get; init; }

    /// <summary>What its measured cases say, a sentence each, to stand above the table.</summary>
    internal Func<CaseView[], IEnumerable<IReadOnlyList<Inline>>> Sentences { get; init; } = _ => [];

    /// <summary>Rows with equal text differ in nothing but what the suite varies: only they are compared.</summary>
    public string FixedPart(RunResult result) => string.Join(", ", result.Parameters
        .Append(new(Variant, result.Variant))
        .Where(p => !Parameters.Any(s => s.Varies && Is(s, p.Key)))
        .Select(p => $"{p.Key.ToLowerInvariant()}: {p.Value}")
        .Order(StringComparer.Ordinal));

    /// <summary>Of rows of equal <see cref="FixedPart"/> the one that the others are compared with, never a contaminated one; null where there is none or nothing to compare.</summary>
    /// <param name="chosen">The variant that the reader names where variants are compared; null leaves it to the suite.</param>
    public RunResult? BaselineAmong(IEnumerable<RunResult> comparable, string? chosen = null)
    {
        RunResult[] measured = [.. comparable.Where(r => r.SamplesMs.Count > 0)];
        RunResult[] clean = [.. measured.Where(r => !r.IsContaminated)];
        if (Baseline is null)
        {
            // A row alone has nothing to be compared with; and what is counted from the first setting is not counted from another.
            return measured.Length > 1 && measured.Min(this) is { } first && clean.Contains(first) ? first : null;
        }

        var named = clean.Where(r => r.Variant == (chosen ?? Baseline)).Min(this);
        if (named is not null || chosen is not null) { return named; }
        // A file of one's own has no eager variant: the first that was measured stands in, for others only.
        return measured.Length > 1 ? clean.OrderBy(Turn).ThenBy(r => r, this).FirstOrDefault() : null;
    }

    // Rows of a suite are measured in their order, those of an interleaved run in the order that was asked for.
    static int Turn(RunResult result) => result.Interleaving is { } run ? run.Variants.ToList().IndexOf(result.Variant) : 0;

    /// <summary>Order of rows: by the parameters in turn, a repeated row after all that it is compared with, then by id.</summary>
    public int Compare(RunResult? x, RunResult? y)
    {
        if (x is null || y is null) { return (x is null ? 0 : 1) - (y is null ? 0 : 1); }
        foreach (var parameter in Parameters)
        {
            if (parameter.Varies && x.Repeated != y.Repeated) { return x.Repeated ? 1 : -1; }
            var order = parameter.Compare(ValueOf(x, parameter), ValueOf(y, parameter));
            if (order != 0) { return order; }
        }

        // Whatever was not foreseen: numbers still in their order.
        var rest = NaturalOrder.Compare(x.Id, y.Id);
        return rest != 0 ? rest : string.CompareOrdinal(x.Id, y.Id);
    }

    static string? ValueOf(RunResult result, SuiteParameter parameter) =>
        Is(parameter, Variant) ? result.Variant : result.Parameters.FirstOrDefault(p => Is(parameter, p.Key)).Value;

    static bool Is(SuiteParameter parameter, string name) => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Something that tells the rows of a suite apart, and how its values are ordered: words as listed, then variants from the plainest on, numbers as numbers, and text.</summary>
/// <param name="Varies">Whether it is what the suite asks about; rows are compared only where all else is equal.</param>
/// <param name="Words">Values, or their beginnings, in their order; the longest that fits a value counts.</param>
public sealed record SuiteParameter(string Name, bool Varies, params IReadOnlyList<string> Words) : IComparer<string?>
{
    /// <summary>Whether the largest number comes first, as with image sizes.</summary>
    internal bool Descending { get; init; }

    /// <summary>A row that does not set it comes first.</summary>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) { return (x is null ? 0 : 1) - (y is null ? 0 : 1); }
        var rank = Rank(x).CompareTo(Rank(y));
        if (rank != 0) { return rank; }
        return Name == Suite.Variant ? VariantName.Order.Compare(x, y) : NaturalOrder.Compare(x, y) * (Descending ? -1 : 1);
    }

    int Rank(string value) => Words.Index().Where(w => value.StartsWith(w.Item, StringComparison.Ordinal)).OrderByDescending(w => w.Item.Length).Select(w => w.Index).FirstOrDefault(Words.Count);
}
