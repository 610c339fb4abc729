namespace DetrPerfLab.Tests;

/// <summary>Where tests find files.</summary>
static class TestPaths
{
    /// <summary>The repository's root: the nearest folder above the test binary that holds the solution.</summary>
    public static string RepoRoot { get; } = FindUp("DetrPerfLab.sln");

    /// <summary>Small committed files, each folder with how it was made.</summary>
    public static string Fixtures { get; } = Path.Combine(RepoRoot, "tests", "fixtures");

    /// <summary>A file or folder of the shared data (real model, photographs, references). Skips the test, with the reason, where there is none.</summary>
    public static string SharedData(params string[] parts)
    {
        var root = Environment.GetEnvironmentVariable("DETRLAB_DATA") ?? Path.Combine(RepoRoot, "..", "shared", "data");
        var path = Path.GetFullPath(Path.Combine([root, .. parts]));
        Assert.SkipUnless(Path.Exists(path), $"shared data '{string.Join('/', parts)}' is not there: set DETRLAB_DATA to its folder");
        return path;
    }

    /// <summary>A small input that people's files look like, with a known right value; skips likewise.</summary>
    public static string SharedCase(params string[] parts) => SharedData(["..", "cases", .. parts]);

    /// <summary>The real detector, and 79 photographs with their labels; a test skips likewise.</summary>
    public static string Deim => SharedData("models", "deimv2_hgnetv2_atto_coco.onnx");
    public static string CocoMini => SharedData("coco-val2017-mini");

    static string FindUp(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, name))) { return folder.FullName; }
        }

        throw new InvalidOperationException($"'{name}' stands in no folder above {AppContext.BaseDirectory}.");
    }
}
