using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary>An option that names where results go. Every one, of every verb, is tried before the verb starts: see <see cref="OutputCheck"/>.</summary>
abstract class OutputOption(string name, string[] aliases, bool isFolder) : Option<string>(name, aliases)
{
    internal bool IsFolder => isFolder;
}

/// <summary>Names a file.</summary>
sealed class OutputFile(string name, params string[] aliases) : OutputOption(name, aliases, isFolder: false);

/// <summary>Names a folder.</summary>
sealed class OutputFolder(string name, params string[] aliases) : OutputOption(name, aliases, isFolder: true);
