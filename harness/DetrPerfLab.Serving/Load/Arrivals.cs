namespace DetrPerfLab.Serving;

/// <summary>When requests come: seconds from the start, rising. Of a seed the same on every machine.</summary>
public static class Arrivals
{
    /// <summary>Independent users: exponential gaps with so many requests a second in the mean.</summary>
    public static IReadOnlyList<double> Poisson(double rate, double seconds, ulong seed) => [.. Bursts(rate, 1, seconds, seed)];

    /// <summary>So many at once, the bursts independent of each other; the mean rate is that of single requests.</summary>
    public static IEnumerable<double> Bursts(double rate, int burst, double seconds, ulong seed)
    {
        var random = new DeterministicRandom(seed);
        for (var at = 0.0; ;)
        {
            at -= Math.Log(1 - random.NextDouble()) * burst / rate;
            if (at >= seconds) { yield break; }
            for (var i = 0; i < burst; i++) { yield return at; }
        }
    }

    /// <summary>A recorded trace: a line each, its first field the seconds from any beginning (a log's times serve); lines that begin with # are passed over.</summary>
    /// <exception cref="LabException">A line has no number, or the file holds none.</exception>
    public static IReadOnlyList<double> Trace(string file)
    {
        var times = new List<double>();
        foreach (var (index, line) in InputFile.ReadText(file).Split('\n').Index())
        {
            if (line.Trim() is not { Length: > 0 } text || text[0] == '#') { continue; }
            var field = text.Split([',', ';', '\t', ' '], 2)[0];
            times.Add(double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var at) && double.IsFinite(at) ? at
                : throw LabError.BadInput($"'{file}', line {index + 1}: found '{field}', needed a number of seconds. Write one request a line."));
        }

        if (times.Count == 0) { throw LabError.BadInput($"'{file}' holds no request, needed one a line: the seconds at which it comes."); }
        times.Sort();
        return [.. times.Select(t => t - times[0])];
    }
}
