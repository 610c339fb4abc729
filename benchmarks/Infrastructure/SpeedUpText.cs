namespace DetrPerfLab.Benchmarks;

/// <summary>The speed-up chart as text, for the screen.</summary>
static class SpeedUpText
{
    const int Width = 40;

    /// <summary>One bar a row that has something to be compared with; nothing for suites without.</summary>
    internal static void Write(IReadOnlyList<RunResult> results, ResultBook book, TextWriter output)
    {
        var speedUps = results
            .Select(r => (Row: SuiteCase.LabelOf(r.Variant, r.Parameters.Select(p => (p.Key, p.Value))), Value: book.SpeedUpOf(r) ?? 0))
            .Where(s => s.Value > 0)
            .ToList();
        if (speedUps.Count < 2) { return; }
        var (most, width) = (speedUps.Max(s => s.Value), speedUps.Max(s => s.Row.Length));
        output.WriteLine();
        output.WriteLine($"{results[0].Suite}: speed-up");
        foreach (var (row, value) in speedUps)
        {
            var bar = new string('█', Math.Max(1, (int)Math.Round(value / most * Width)));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {row.PadRight(width)} {bar} {value:F2}x"));
        }

        output.WriteLine();
    }
}
