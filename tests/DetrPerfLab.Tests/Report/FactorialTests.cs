namespace DetrPerfLab.Tests.Report;

public class FactorialTests
{
    [Fact]
    public void MainEffects_KnownFactors_AreFound()
    {
        var factorial = Grid((int8, threads, small) => 1000 / (int8 ? 5.0 : 1) / (threads ? 3.0 : 1) / (small ? 2.0 : 1));

        Assert.Equal([5, 2, 3], factorial.MainEffects().Select(e => Math.Round(e.Gain.Value, 6)));
    }

    [Fact]
    public void Interactions_SavingsThatMultiply_AreOne() =>
        Assert.All(
            Grid((int8, threads, small) => 1000 / (int8 ? 5.0 : 1) / (threads ? 3.0 : 1) / (small ? 2.0 : 1)).Interactions(),
            i => Assert.Equal(1, i.Ratio.Value, 6));

    [Fact]
    public void Interactions_ThreadsHelpInt8Less_IsBelowOneForThatPairOnly()
    {
        // Threads give 3x, but 2.4x with int8: 0.8 of the product.
        var interactions = Grid((int8, threads, small) => 1000 / (int8 ? 5.0 : 1) / (threads ? int8 ? 2.4 : 3.0 : 1) / (small ? 2.0 : 1)).Interactions();

        Assert.Equal(0.8, interactions.Single(i => (i.Factor, i.WithFactor) == ("precision", "threads")).Ratio.Value, 6);
        Assert.All(interactions.Where(i => i.WithFactor != "threads" || i.Factor != "precision"), i => Assert.Equal(1, i.Ratio.Value, 6));
    }

    [Fact]
    public void From_OneCombinationMissing_SaysSo()
    {
        Assert.Null(Factorial.From([.. FakeResults.Factorials.Skip(1).Select(r => new CaseView(r))], out var reason));
        Assert.Equal("1 of the 8 combinations of the factorial suite have no samples", reason);
    }

    [Fact]
    public void From_GridBeyondAnyNumberOfCases_SaysSoAtOnce()
    {
        // Two cases that differ in 100 parameters span 2 to the power of 100 combinations.
        var cases = ((string[])["a", "b"]).Select(level => new CaseView(FakeResults.Factorials[0] with { Parameters = Enumerable.Range(0, 100).ToDictionary(i => $"p{i}", _ => level) }));

        Assert.Null(Factorial.From([.. cases], out var reason));
        Assert.Equal("1267650600228229401496703205374 of the 1267650600228229401496703205376 combinations of the factorial suite have no samples", reason);
    }

    static Factorial Grid(Func<bool, bool, bool, double> milliseconds) =>
        Factorial.From([.. FakeResults.Factorials.Select(r => new CaseView(r with
        {
            SamplesMs = [.. Enumerable.Repeat(milliseconds(r.Variant != "torch-fp32", r.Parameters["Threads"] == "4", r.Parameters["Size"] == "512"), 8)],
        }))], out _)!;
}
