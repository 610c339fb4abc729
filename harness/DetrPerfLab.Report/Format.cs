namespace DetrPerfLab.Report;

/// <summary>Numbers as a report shows them: the same on every machine, three significant digits where that is what is known.</summary>
static class Format
{
    const double Mebi = 1024 * 1024;

    internal static string Number(double value, int decimals) => Sign(value.ToString("F" + decimals, CultureInfo.InvariantCulture));

    /// <summary>Three significant digits, without an exponent.</summary>
    internal static string Significant(double value)
    {
        if (value == 0 || !double.IsFinite(value)) { return double.IsFinite(value) ? "0" : "–"; }
        var decimals = Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 9);
        return Number(value, decimals);
    }

    /// <summary>As few digits as tell the number from its neighbours on an axis, for example <c>0.25</c> or <c>1500</c>.</summary>
    internal static string Shortest(double value) => Sign(value.ToString("0.########", CultureInfo.InvariantCulture));

    internal static string Times(double value) => $"{Number(value, value < 10 ? 2 : 1)}×";

    internal static string Mebibytes(double bytes) => Significant(bytes / Mebi) is var s && bytes / Mebi >= 100 ? Number(bytes / Mebi, 0) : s;

    internal static string Bytes(double bytes) => bytes < 1024 ? $"{Number(bytes, 0)} B"
        : bytes < Mebi ? $"{Significant(bytes / 1024)} KiB"
        : $"{Mebibytes(bytes)} MiB";

    /// <summary>A difference, always with its sign, for example <c>+0.4</c>.</summary>
    internal static string Signed(double value, int decimals) => Number(value, decimals) is var text && text.StartsWith('−') || !text.Any(c => c is >= '1' and <= '9') ? text : "+" + text;

    internal static string Scientific(double value) => value == 0 ? "0" : Sign(value.ToString("0.0e-0", CultureInfo.InvariantCulture));

    internal static string Percent(double share, int decimals = 0) => $"{Number(share * 100, decimals)} %";

    internal static string Count(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";

    /// <summary>As a sentence begins.</summary>
    internal static string Capital(string text) => text.Length > 0 ? char.ToUpperInvariant(text[0]) + text[1..] : text;

    internal static string Day(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // A hyphen is no minus: "−0.2" must not read as a dash.
    static string Sign(string number) => number.StartsWith('-') && number.Any(c => c is >= '1' and <= '9') ? "−" + number[1..] : number.TrimStart('-');
}
