namespace DetrPerfLab.Core;

/// <summary>Text in the order of people: runs of digits count as the number that they are, all else by its characters.</summary>
/// <remarks>By hand: CompareOptions.NumericOrdering needs ICU, which the lab leaves out (InvariantGlobalization) so that results read the same everywhere.</remarks>
public static class NaturalOrder
{
    public static int Compare(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        while (x.Length > 0 && y.Length > 0)
        {
            if (char.IsAsciiDigit(x[0]) && char.IsAsciiDigit(y[0]))
            {
                var a = Digits(ref x);
                var b = Digits(ref y);
                // Of any length: without leading zeros the longer number is the larger.
                var order = a.Length != b.Length ? a.Length - b.Length : a.SequenceCompareTo(b);
                if (order != 0) { return order; }
                continue;
            }

            if (x[0] != y[0]) { return x[0] - y[0]; }
            x = x[1..];
            y = y[1..];
        }

        return x.Length - y.Length;
    }

    static ReadOnlySpan<char> Digits(ref ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && char.IsAsciiDigit(text[length])) { length++; }
        var digits = text[..length].TrimStart('0');
        text = text[length..];
        return digits;
    }
}
