using System.Text.Json;

namespace DetrPerfLab.Tests.Vision;

public class LabelMapTests
{
    [Fact]
    public void Maps_EveryCategory_AgreeWithEachOther()
    {
        for (var i = 0; i < 80; i++) { Assert.Equal(LabelMap.Contiguous.Find(i), LabelMap.CategoryIds.Find(CocoClasses.All[i].CategoryId)); }
        Assert.Equal(80, Enumerable.Range(-1, 200).Count(label => LabelMap.CategoryIds.Find(label) is not null));
        Assert.Equal(CocoClasses.All.OrderBy(c => c.CategoryId), CocoClasses.All);
    }

    [Fact]
    public void All_Names_AreThoseOfTheAnnotations()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(TestPaths.SharedData("coco-val2017-mini", "instances.json")));
        var expected = document.RootElement.GetProperty("categories").EnumerateArray()
            .Select(c => new CocoClass(c.GetProperty("id").GetInt32(), c.GetProperty("name").GetString()!)).OrderBy(c => c.CategoryId);
        Assert.Equal(expected, CocoClasses.All);
    }

    [Theory]
    [InlineData(91, 1, "person")]
    [InlineData(91, 90, "toothbrush")]
    [InlineData(91, 26, "label 26")] // between backpack and giraffe, a category that was never annotated
    [InlineData(91, 0, "label 0")]
    [InlineData(91, -1, "label -1")]
    [InlineData(80, 0, "person")]
    [InlineData(80, 80, "label 80")]
    [InlineData(3, 2, "class 2")]
    public void Name_LabelOfAModelWithSoManyClasses_Expected(int classes, int label, string name) =>
        Assert.Equal(name, LabelMap.ForClasses(classes).Name(label));
}
