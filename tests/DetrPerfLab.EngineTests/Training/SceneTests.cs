using System.Security.Cryptography;
using System.Text;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Training;

/// <summary>Scenes are the same everywhere, and told as they are.</summary>
public class SceneTests
{
    /// <summary>Changes when a scene does: every trained model and every figure on scenes would be another's.</summary>
    [Fact]
    public void Create_SeedAndIndex_AreTheSameOnEveryMachine()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < 8; i++)
        {
            var scene = SceneGenerator.Create(SceneDataset.JudgingSeed, i);
            hash.AppendData(scene.Picture.Pixels);
            foreach (var o in scene.Objects) { hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{o.Shape} {o.X1} {o.Y1} {o.X2} {o.Y2} {o.Area}"))); }
        }

        Golden.Equal(Convert.ToHexStringLower(hash.GetHashAndReset()) + "\n", "scenes.txt");
    }

    [Fact]
    public void Create_ManyScenes_ThingsLieInsideAndCoverClassesAndSizes()
    {
        SceneObject[] all = [.. Enumerable.Range(0, 200).SelectMany(i => SceneGenerator.Create(7, i).Objects)];
        Assert.All(all, o =>
        {
            Assert.True(o.X1 >= 0 && o.Y1 >= 0 && o.X2 <= Scene.Side && o.Y2 <= Scene.Side && o.X1 < o.X2 && o.Y1 < o.Y2, o.ToString());
            Assert.InRange(o.Area, 0.25f, (o.X2 - o.X1) * (o.Y2 - o.Y1));
        });
        Assert.Equal(Enum.GetValues<SceneShape>(), all.Select(o => o.Shape).Distinct().Order());
        // COCO's limits: small, medium and large are there in numbers.
        Assert.All(new[] { all.Count(o => o.Area < 32 * 32), all.Count(o => o.Area is >= 32 * 32 and < 96 * 96), all.Count(o => o.Area >= 96 * 96) }, n => Assert.True(n > all.Length / 30, $"{n} of {all.Length}"));
    }

    [Fact]
    public void Write_ThenOpen_IsACocoDataSetOfItsClasses()
    {
        using var folder = new TempFolder();
        SceneDataset.Write(folder.Path, 5, seed: 3);
        var dataset = CocoDataset.Open(folder.Path);
        Assert.Equal(5, dataset.Files.Count);
        Assert.Equal(Scene.Classes, dataset.Truth.Categories.Select(c => c.Name));
        Assert.Equal(Enumerable.Range(0, 5).Sum(i => SceneGenerator.Create(3, i).Objects.Count), dataset.Truth.Annotations.Count);
        Assert.All(SceneDataset.FilesIn(folder.Path, 5), file => Assert.True(File.Exists(file)));
    }
}
