namespace DetrPerfLab.Core;

/// <summary>Something that tells the rows of a suite apart, and how its values are ordered: words as listed, then variants from the plainest on, numbers as numbers, and text.</summary>
/// <param name="Name">Of the parameter, or <see cref="Suite.Variant"/>.</param>
/// <param name="Varies">Whether it is what the suite asks about; rows are compared only where all else is equal.</param>
/// <param name="Words">Values, or their beginnings, in their order; the longest that fits a value counts.</param>
public sealed record SuiteParameter(string Name, bool Varies, params IReadOnlyList<string> Words) : IComparer<string?>
{
    /// <summary>Whether the largest number comes first, as with image sizes.</summary>
    public bool Descending { get; init; }

    /// <summary>A row that does not set it comes first.</summary>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) { return (x is null ? 0 : 1) - (y is null ? 0 : 1); }
        var rank = Rank(x).CompareTo(Rank(y));
        if (rank != 0) { return rank; }
        return Name == Suite.Variant ? VariantName.Order.Compare(x, y) : NaturalOrder.Compare(x, y) * (Descending ? -1 : 1);
    }

    int Rank(string value)
    {
        var (best, length) = (Words.Count, 0);
        for (var i = 0; i < Words.Count; i++)
        {
            if (Words[i].Length > length && value.StartsWith(Words[i], StringComparison.Ordinal)) { (best, length) = (i, Words[i].Length); }
        }

        return best;
    }
}
