using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>What is true of the paths of every verb, before it works: outputs can be written and are no input's, inputs are files or folders.</summary>
static class OutputCheck
{
    /// <returns>To be disposed when the verb has ended: what it writes until then is its own.</returns>
    internal static IDisposable Run(ParseResult parsed)
    {
        var writing = WrittenFiles.By(parsed.CommandResult.Command.Name, parsed.GetResult(Overwrite) is not null && parsed.GetValue<bool>(Overwrite));
        var outputs = parsed.CommandResult.Command.Options.OfType<OutputOption>().ToList();
        var inputs = Inputs(parsed);
        foreach (var path in inputs) { InputFile.RefuseSpecial(path); }
        foreach (var option in outputs)
        {
            if (parsed.GetValue(option) is not { } path || (option.Arity.MinimumNumberOfValues == 0 && parsed.GetResult(option) is null)) { continue; }
            if (option.IsFolder) { OutputPath.RequireFolder(path, option.Name); }
            else { OutputPath.RequireFile(path, option.Name); }
            RefuseInput(path, option, inputs);
            if (!option.IsFolder) { WrittenFiles.RequireOwn([path]); }
        }

        return writing;
    }

    /// <summary>Of every verb that writes where the user says. What a folder's files are called is known to the verb, which asks <see cref="WrittenFiles"/> itself.</summary>
    internal const string Overwrite = "--overwrite";

    internal static RootCommand WithOverwrite(this RootCommand root)
    {
        foreach (var command in root.Subcommands.SelectMany(c => c.Subcommands.Append(c)).Where(c => c.Options.OfType<OutputOption>().Any()))
        {
            command.Options.Add(new Option<bool>(Overwrite) { Description = "Replace files that another command, or you, made." });
        }

        return root;
    }

    /// <summary>Files and folders that the command line names, but for its outputs; what a value means is the verb's to say, here it counts that it is there.</summary>
    static List<string> Inputs(ParseResult parsed)
    {
        var results = parsed.CommandResult.Children;
        return [.. results.OfType<System.CommandLine.Parsing.OptionResult>().Where(o => !o.Implicit && o.Option is not OutputOption).SelectMany(o => o.Tokens)
            .Concat(results.OfType<System.CommandLine.Parsing.ArgumentResult>().SelectMany(a => a.Tokens))
            .Select(t => t.Value).Where(v => v.Length is > 0 and < 4096)];
    }

    /// <summary>Not even with --overwrite: the run would replace what it reads.</summary>
    static void RefuseInput(string path, OutputOption option, IEnumerable<string> inputs)
    {
        var real = OutputPath.Real(path);
        if (option.IsFolder || !File.Exists(real)) { return; }
        if (inputs.FirstOrDefault(i => File.Exists(i) && OutputPath.Real(i) == real) is { } same)
        {
            throw LabError.BadInput($"{option.Name} '{path}' is '{same}', which this run reads. Name another file with {option.Name}.");
        }
    }
}
