namespace DetrPerfLab.Core;

/// <summary>Where the lab keeps things: in the checkout that the program was built in, else in the current folder.</summary>
public static class LabPaths
{
    public static string Root { get; } = FindRoot() ?? Environment.CurrentDirectory;
    public static string Models => Path.Combine(Root, "models");
    public static string ModelCache => Path.Combine(Models, "cache"); // what was built or fetched; may be deleted at any time
    public static string Results => Path.Combine(Root, "results");
    public static string Plots => Path.Combine(Root, "plots");

    static string? FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DetrPerfLab.sln"))) { return folder.FullName; }
        }

        return null;
    }
}
