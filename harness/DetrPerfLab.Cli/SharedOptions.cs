using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;

namespace DetrPerfLab.Cli;

/// <summary>Options that several verbs have.</summary>
static class SharedOptions
{
    internal static Option<bool> Json() => new("--json") { Description = "Print JSON instead of text." };

    internal static Option<int?> Size() => new Option<int?>("--size") { Description = "Shorter side of the images in pixels; by default the model's own: 800 of a DETR, 224 of most classifiers. A size that the model fixes wins." }.Within(1, 10_000);

    internal static Option<int> Threads() => new Option<int>("--threads") { Description = "Threads inside one operator; 0: all processors that this process may use.", DefaultValueFactory = _ => 0 }.Within(0, 256);

    internal static Option<Shard?> Shard(string description) => new("--shard")
    {
        Description = description,
        CustomParser = result =>
        {
            if (Core.Shard.Parse(result.Tokens[0].Value) is { } part) { return part; }
            result.AddError(LabError.OutOfRange($"'{result.Tokens[0].Value}'", Core.Shard.Needed, "--shard").Message);
            return null;
        },
    };

    internal static Command With(this Command command, params IEnumerable<Option> options)
    {
        foreach (var option in options) { command.Options.Add(option); }
        return command;
    }

    /// <summary>Refuses an option that would have no effect beside the others.</summary>
    /// <param name="where">Whether it has one.</param>
    internal static Command OnlyWith(this Command command, Option option, string what, Func<CommandResult, bool> where)
    {
        command.Validators.Add(result =>
        {
            if (result.GetResult(option) is { Implicit: false } && !where(result)) { result.AddError(LabError.OutOfRange("given", $"left out: it has an effect with {what} only", option.Name).Message); }
        });
        return command;
    }

    /// <summary>Prints <paramref name="facts"/> as JSON where that was asked for, else calls <paramref name="print"/>.</summary>
    internal static void Answer(this ParseResult parsed, Option<bool> json, object facts, Action<TextWriter> print)
    {
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(json)) { output.WriteLine(JsonSerializer.Serialize(facts, LabJson.Options)); }
        else { print(output); }
    }
}
