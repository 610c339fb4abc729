namespace DetrPerfLab.Tests.Core;

public class SansFontTests
{
    [Fact]
    public void Candidates_ManyFaces_AreKnownOnesThenSansThenAnyForText()
    {
        using var folder = new TempFolder();
        string[] files =
        [
            "a/Zapf-Regular.ttf", "a/MySans-Regular.otf", "a/MySans-Bold.otf", "b/DejaVuSans.ttf", "b/DejaVuSans-Bold.ttf", "b/DejaVuSansMono.ttf", "c/NotoColorEmoji.ttf", "c/arial.TTF", "c/readme.txt",
        ];
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(file))!);
            File.WriteAllText(folder.File(file), "");
        }

        var found = SansFont.Candidates([folder.Path, folder.File("none")]).Distinct().ToArray();

        Assert.Equal(["DejaVuSans.ttf", "arial.TTF", "MySans-Regular.otf", "Zapf-Regular.ttf"], found.Select(f => Path.GetFileName(f.Regular)).Distinct());
        Assert.Equal(["DejaVuSans-Bold.ttf", "arial.TTF", "MySans-Bold.otf", "Zapf-Regular.ttf"], found.Select(f => Path.GetFileName(f.Bold)).Distinct());
    }

    [Fact]
    public void Candidates_NoFolder_AreNone() => Assert.Empty(SansFont.Candidates(["/no/such/folder"]));
}
