namespace DetrPerfLab.Tests.Onnx;

public class KeepListSearchTests
{
    // Group i alone costs loss i / 1000; all have the same work.
    static readonly GroupSensitivity[] s_groups = [.. Enumerable.Range(0, 10).Select(i => new GroupSensitivity
    {
        Group = $"g{i}", Nodes = [$"n{i}"], WorkShare = 0.1, SqnrDb = 40 - (3 * i), Cosine = 1,
    })];

    static double Loss(IReadOnlySet<string> kept) => s_groups.Where(g => !kept.Contains(g.Group)).Sum(g => int.Parse(g.Group[1..]) / 1000.0);

    [Theory]
    [InlineData(0.045, 0)]
    [InlineData(0.036, 1)]
    [InlineData(0.030, 2)]
    [InlineData(0.001, 8)]
    [InlineData(0, 9)]
    public void Search_AdditiveLoss_KeepsTheFewestOfTheWorst(double target, int expected)
    {
        var list = KeepListSearch.Search(s_groups, target, Loss);
        Assert.True(list.Holds);
        Assert.Equal(expected, list.Groups.Count);
        Assert.Equal(Loss(list.Groups.ToHashSet()), list.Loss, 9);
        Assert.Equal(0.1 * (10 - expected), list.QuantizedWorkShare, 9);
    }

    [Fact]
    public void Search_HarmlessGroupInThePrefix_IsGivenBack()
    {
        // g8 looks bad by its noise but costs nothing.
        static double Real(IReadOnlySet<string> kept) => (kept.Contains("g9") ? 0 : 0.01) + (kept.Contains("g7") ? 0 : 0.01);
        var list = KeepListSearch.Search(s_groups, 0.005, Real);
        Assert.Equal(["g7", "g9"], list.Groups.Order());
    }

    [Fact]
    public void Search_TargetOutOfReach_SaysSo()
    {
        var list = KeepListSearch.Search(s_groups, 0.01, _ => 0.5);
        Assert.False(list.Holds);
        Assert.Equal(10, list.Groups.Count);
        Assert.Equal(0, list.QuantizedWorkShare, 9);
    }

    [Fact]
    public void Search_FewTrials_EndsWithAMixThatHolds()
    {
        var list = KeepListSearch.Search(s_groups, 0.001, Loss, mostTrials: 3);
        Assert.True(list.Holds);
        Assert.InRange(list.Trials, 1, 4);
    }
}
