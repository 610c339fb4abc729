namespace DetrPerfLab.Core;

/// <summary>Where the lab keeps things: in the checkout that the program was built in, else in the current folder.</summary>
public static class LabPaths
{
    /// <summary>The checkout's root: the nearest folder above the program that holds the solution; else the current folder.</summary>
    public static string Root { get; } = FindRoot() ?? Environment.CurrentDirectory;

    /// <summary>The zoo's list and the cache.</summary>
    public static string Models => Path.Combine(Root, "models");

    /// <summary>What was built or fetched; may be deleted at any time.</summary>
    public static string ModelCache => Path.Combine(Models, "cache");

    /// <summary>What runs wrote.</summary>
    public static string Results => Path.Combine(Root, "results");

    /// <summary>Charts drawn from <see cref="Results"/>.</summary>
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
