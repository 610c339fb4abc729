namespace DetrPerfLab.Tests.Imaging;

public class SansFontTests
{
    [Theory]
    [InlineData("truetype/dejavu/DejaVuSans.ttf", "truetype/dejavu/DejaVuSans-Bold.ttf", "truetype/dejavu/DejaVuSansMono.ttf", "a/NotoSans-Regular.ttf", "truetype/dejavu/DejaVuSans.ttf")]
    [InlineData("a/OtherSans.otf", "a/OtherSans-Italic.otf", "a/Times.ttf", "ARIAL.TTF")]
    [InlineData("FiraSans-Regular.ttf", "FiraSans-Bold.ttf", "Serif.ttf")]
    public void Candidates_SeveralFaces_TakesThePlainestSans(params string[] files)
    {
        using var folder = new TempFolder();
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(file))!);
            File.WriteAllText(folder.File(file), "");
        }

        string[] expected = ["DejaVuSans.ttf", "ARIAL.TTF", "FiraSans-Regular.ttf"];
        Assert.Contains(Path.GetFileName(SansFont.Candidates([folder.File("none"), folder.Path]).First().Regular), expected);
    }

    [Fact]
    public void Candidates_NoFaceForRunningText_AreNone()
    {
        using var folder = new TempFolder();
        foreach (var name in (string[])["DejaVuSans-Bold.ttf", "NotoSansSymbols.ttf", "DejaVuSans.txt"]) { File.WriteAllText(folder.File(name), ""); }
        Assert.Empty(SansFont.Candidates([folder.Path]));
        Assert.Empty(SansFont.Candidates([]));
    }
}
