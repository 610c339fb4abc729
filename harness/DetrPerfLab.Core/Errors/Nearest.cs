namespace DetrPerfLab.Core;

/// <summary>The known name that a mistyped one was most likely meant to be.</summary>
public static class Nearest
{
    /// <summary>Null where none is near: more than about a third of the letters would differ.</summary>
    public static string? Of(string found, IEnumerable<string> known)
    {
        if (found.Length is 0 or > 100) { return null; }
        var (name, distance) = known.Select(k => (k, Distance(found.ToLowerInvariant(), k.ToLowerInvariant()))).DefaultIfEmpty(("", int.MaxValue)).MinBy(k => k.Item2);
        return distance <= Math.Max(1, (Math.Max(found.Length, name.Length) + 1) / 3) ? name : null;
    }

    /// <summary>For the end of a message: empty where no known name is near.</summary>
    public static string Hint(string found, IEnumerable<string> known) => Of(found, known) is { } name ? $" Did you mean '{name}'?" : "";

    /// <summary>Letters to put in, take out or exchange.</summary>
    /// <remarks>Source: Levenshtein 1966; two rows of Wagner and Fischer's table.</remarks>
    internal static int Distance(string a, string b)
    {
        var above = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            }

            above = row;
        }

        return above[b.Length];
    }
}
