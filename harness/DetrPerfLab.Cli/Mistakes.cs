using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace DetrPerfLab.Cli;

/// <summary>Wrong use of the command line, in the lab's own words: one line a mistake, with the name that was most likely meant.</summary>
static partial class Mistakes
{
    internal static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var values = parsed.CommandResult.Children.OfType<OptionResult>().Where(o => !o.Implicit).SelectMany(Values).ToList();
        var unknown = parsed.UnmatchedTokens.Select(token => Unknown(command, token)).ToList();
        if (values.Count + unknown.Count > 0) { return [.. unknown, .. values]; }
        return [.. parsed.Errors.Select(e => e.Message).Distinct()];
    }

    static string Unknown(Command command, string token)
    {
        if (token.StartsWith('-'))
        {
            return $"Unknown option '{token}'.{Nearest.Hint(token, command.Options.Concat(command.Parents.OfType<Command>().SelectMany(p => p.Options)).SelectMany(o => o.Aliases.Prepend(o.Name)))}";
        }

        return command.Subcommands.Count > 0
            ? $"Unknown verb '{token}'.{Nearest.Hint(token, command.Subcommands.Select(c => c.Name))} Known: {string.Join(", ", command.Subcommands.Select(c => c.Name))}."
            : $"'{token}' belongs to no option.";
    }

    /// <summary>Values that are not what their option takes. Numbers are written in one way wherever the command runs: 0.1, not 0,1.</summary>
    static IEnumerable<string> Values(OptionResult option)
    {
        var type = option.Option.ValueType;
        type = type.IsArray ? type.GetElementType()! : type;
        type = Nullable.GetUnderlyingType(type) ?? type;
        foreach (var value in option.Tokens.Select(t => t.Value))
        {
            if (type.IsEnum)
            {
                var names = Enum.GetNames(type).Select(n => char.ToLowerInvariant(n[0]) + n[1..]).ToList();
                if (!names.Contains(value, StringComparer.OrdinalIgnoreCase)) { yield return LabError.UnknownName(option.Option.Name.TrimStart('-'), value, names).Message; }
            }
            else if (type == typeof(float) || type == typeof(double))
            {
                if (!Real().IsMatch(value) || !double.TryParse(value, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number)
                    || (type == typeof(float) && !float.IsFinite((float)number)))
                {
                    yield return LabError.OutOfRange($"'{value}'", "a number such as 0.5, with a point", option.Option.Name).Message;
                }
                else if (number < 0) { yield return LabError.OutOfRange(value, "0 or more", option.Option.Name).Message; }
            }
            else if (type == typeof(int) || type == typeof(long) || type == typeof(ulong))
            {
                if (Whole().IsMatch(value) && value[0] == '-' && option.Option.Validators.Count > 0) { continue; } // its own range says more
                if (!Whole().IsMatch(value) || value[0] == '-') { yield return LabError.OutOfRange($"'{value}'", "a whole number, 0 or more", option.Option.Name).Message; }
                else if (!(type == typeof(int) ? int.TryParse(value, CultureInfo.InvariantCulture, out _) : ulong.TryParse(value, CultureInfo.InvariantCulture, out _)))
                {
                    yield return LabError.OutOfRange(value, "a smaller number", option.Option.Name).Message;
                }
            }
            else if (type == typeof(bool) && !bool.TryParse(value, out _)) { yield return LabError.OutOfRange($"'{value}'", "true or false", option.Option.Name).Message; }
        }
    }

    [GeneratedRegex(@"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$")]
    private static partial Regex Real();

    [GeneratedRegex("^-?[0-9]+$")]
    private static partial Regex Whole();
}
