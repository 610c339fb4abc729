namespace DetrPerfLab.Tests.Vision;

public class ClassMatchTests
{
    [Fact]
    public void Of_SameNamesOtherIds_AreMatchedByName()
    {
        var match = ClassMatch.Of(Named("cat", "Traffic_Light", "tvmonitor", "猫"), [(40, "traffic light"), (7, "tv"), (3, "cat"), (9, "猫")]);
        Assert.Equal([3, 40, 7, 9], Enumerable.Range(0, 4).Select(l => match.Find(l)));
        Assert.Null(match.Note);
        Assert.Null(match.Find(4));
    }

    [Fact]
    public void Of_SomeInCommon_TellsTheRest()
    {
        var match = ClassMatch.Of(Named("cat", "dog"), [(1, "dog"), (2, "cow")]);
        Assert.Equal((null, 1L), (match.Find(0), match.Find(1)));
        Assert.Equal(
            "1 classes are common to model and data set. 1 only the model knows (cat): what it finds of them is left out. 1 only the data set knows (cow): their objects count as missed.", match.Note);
    }

    [Fact]
    public void Of_CocoModelOnASubsetOfCoco_IsMatched() =>
        Assert.Equal((3L, null), (ClassMatch.Of(LabelMap.Contiguous, [(3, "car"), (1, "person")]).Find(2), ClassMatch.Of(LabelMap.Contiguous, [(3, "car")]).Find(0)));

    public static TheoryData<string, LabelMap, (long, string)[]> Refused => new()
    {
        { "no name in common", Named("apple", "pear"), [(0, "cat"), (1, "dog")] },
        { "no name in common", LabelMap.ForClasses(4), [(0, "person"), (1, "car"), (2, "chair"), (3, "other")] }, // numbers are no names
        { "contradict each other", LabelMap.Contiguous, [(0, "person"), (1, "car"), (2, "forklift")] }, // taken for COCO's by its number alone
        { "in another order", LabelMap.Contiguous, [.. CocoClasses.All.Reverse().Select((c, i) => ((long)i, c.Name))] },
        { "two categories named 'car'", LabelMap.Contiguous, [(0, "car"), (1, "car")] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Of_NamesThatDoNotMeet_ShowsBothLists(string what, LabelMap labels, (long, string)[] categories)
    {
        var refused = Assert.Throws<LabException>(() => ClassMatch.Of(labels, categories));
        Assert.Equal(ExitCode.BadInput, refused.ExitCode);
        Assert.Contains(what, refused.Message);
        Assert.Contains(categories.OrderBy(c => c.Item1).First().Item2, refused.Message);
        if (!what.StartsWith("two")) { Assert.Contains("--labels", refused.Message); }
    }

    static LabelMap Named(params string[] names) => LabelMap.Of(names.Index().ToDictionary(n => n.Index, n => n.Item), "a test");
}
