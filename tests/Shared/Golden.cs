namespace DetrPerfLab.Tests;

/// <summary>Compares with a committed file, byte by byte; <c>LAB_UPDATE=1</c> rewrites it instead. The difference is then reviewed, never edited by hand.</summary>
static class Golden
{
    public static void Equal(string actual, params string[] path)
    {
        var file = Path.Combine([TestPaths.Fixtures, .. path]);
        if (Environment.GetEnvironmentVariable("LAB_UPDATE") == "1") { AtomicFile.WriteText(file, actual); }
        Assert.True(File.Exists(file), $"'{file}' is not there; LAB_UPDATE=1 writes it");
        Assert.Equal(File.ReadAllText(file), actual);
    }
}
