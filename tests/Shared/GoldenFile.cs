namespace DetrPerfLab.Tests;

/// <summary>Text that must stay as committed. <c>LAB_UPDATE=1 dotnet test</c> writes it anew; the difference is then reviewed, never edited by hand.</summary>
static class GoldenFile
{
    public static void Check(string folder, string name, string actual)
    {
        var path = Path.Combine(TestPaths.Fixtures, folder, name);
        if (Environment.GetEnvironmentVariable("LAB_UPDATE") == "1") { AtomicFile.WriteText(path, actual); }
        Assert.True(File.Exists(path), $"golden file {folder}/{name} is missing: run the tests once with LAB_UPDATE=1 and review it");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
