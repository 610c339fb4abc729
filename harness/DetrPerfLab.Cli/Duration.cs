using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>A time as a user writes it: <c>500ms</c>, <c>2s</c>, <c>10min</c>; a plain number counts milliseconds.</summary>
readonly record struct Duration(TimeSpan Time)
{
    static readonly (string Unit, double Ms)[] s_units = [("ms", 1), ("min", 60_000), ("s", 1000), ("", 1)];

    public override string ToString() => Time.TotalSeconds is var s && s >= 60 && s % 60 == 0 ? FormattableString.Invariant($"{s / 60:0}min")
        : s >= 1 ? FormattableString.Invariant($"{s:0.###}s") : FormattableString.Invariant($"{s * 1000:0.###}ms");

    internal static Option<Duration> Option(string name, string description, TimeSpan standard, TimeSpan most, TimeSpan? least = null) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => new(standard),
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Parse(text) is { } time && time <= most && (least is { } from ? time >= from : time > TimeSpan.Zero)) { return new(time); }
            result.AddError(LabError.OutOfRange($"'{text}'", $"a time such as 500ms, 2s or 10min, {(least is { } low ? new Duration(low) : "above 0")} to {new Duration(most)}", name).Message);
            return default;
        },
    };

    internal static TimeSpan? Parse(string text)
    {
        foreach (var (unit, ms) in s_units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= 1e9) { return TimeSpan.FromMilliseconds(number * ms); }
        }

        return null;
    }
}
