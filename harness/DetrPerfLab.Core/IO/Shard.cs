namespace DetrPerfLab.Core;

/// <summary>Part <paramref name="Number"/> of <paramref name="Count"/>, counted from 1: every <paramref name="Count"/>-th of a list, so that parts are as alike as can be.</summary>
public readonly record struct Shard(int Number, int Count)
{
    const int Most = 10_000;

    /// <summary>For example <c>3/16</c>; null where it is none.</summary>
    public static Shard? Parse(string text) =>
        text.Split('/') is [var number, var count] && Whole(number) is { } n && Whole(count) is { } of && n >= 1 && n <= of && of <= Most ? new(n, of) : null;

    /// <summary>What a message says is needed.</summary>
    public static string Needed { get; } = $"a part and their number, such as 3/16, from 1/1 to {Most}/{Most}";

    /// <summary>Those items of a list that are its own, in their order.</summary>
    public IEnumerable<T> Among<T>(IEnumerable<T> items)
    {
        var (number, count) = (Number, Count);
        return items.Where((_, i) => i % count == number - 1);
    }

    /// <summary>Every part of one whole is there, however often.</summary>
    /// <param name="make">The command that makes a part, up to its number.</param>
    /// <exception cref="LabException">Parts are of several wholes, or some are missing; they are named.</exception>
    public static void RequireAll(IReadOnlyList<(string Name, Shard Shard)> parts, string make)
    {
        const int MostNamed = 20;
        var (first, count) = (parts[0].Name, parts[0].Shard.Count);
        if (parts.FirstOrDefault(p => p.Shard.Count != count) is { Name: { } other, Shard: var of }) { throw LabError.BadInput($"'{other}' is one of {of.Count} parts, '{first}' one of {count}: they do not belong together. Name the parts of one run."); }
        Shard[] missing = [.. Enumerable.Range(1, count).Except(parts.Select(p => p.Shard.Number)).Select(number => new Shard(number, count))];
        if (missing.Length == 0) { return; }
        throw LabError.BadInput($"{missing.Length} of {count} parts are missing: {string.Join(", ", missing.Take(MostNamed))}{(missing.Length > MostNamed ? ", …" : "")}. Make them: {make} {missing[0]}");
    }

    public override string ToString() => FormattableString.Invariant($"{Number}/{Count}");

    static int? Whole(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
