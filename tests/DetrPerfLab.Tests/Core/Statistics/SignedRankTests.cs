using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Core;

public class SignedRankTests
{
    // Source: published tables of Wilcoxon's signed-rank test, two-sided 1 %: the largest sum of ranks that is still significant.
    [Theory]
    [InlineData(8, 0)]
    [InlineData(10, 3)]
    [InlineData(12, 7)]
    [InlineData(16, 19)]
    [InlineData(20, 37)]
    [InlineData(25, 68)]
    public void Centre_At99Percent_CutsOffAsManyPairsAsTheTableSays(int n, int critical)
    {
        double[] differences = [.. Enumerable.Range(0, n).Select(i => Math.Pow(2, i))]; // no two means of pairs are equal
        double[] means = [.. Enumerable.Range(0, n).SelectMany(i => Enumerable.Range(i, n - i).Select(j => (differences[i] + differences[j]) / 2)).Order()];

        var interval = SignedRank.Centre(differences, 0.99)!.Value;

        Assert.Equal(means[critical], interval.Lower);
        Assert.Equal(means[^(critical + 1)], interval.Upper);
        Assert.Equal(Quantile.Median(means), interval.Value);
    }

    [Fact]
    public void Centre_SevenDifferences_CannotReach99Percent() => Assert.Null(SignedRank.Centre([1, 2, 3, 4, 5, 6, 7], 0.99));

    [Fact]
    public void PAbove_EightOfEightAbove_IsOneIn256() => Assert.Equal(1 / 256.0, SignedRank.PAbove([1, 2, 3, 4, 5, 6, 7, 8], 0), 1e-15);

    /// <summary>Against every choice of signs, counted one by one.</summary>
    [Fact]
    public void PAbove_AnyDifferences_IsTheShareOfSignsThatGiveAsMuch() =>
        Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), seed =>
        {
            var random = new DeterministicRandom(seed);
            double[] x = [.. Enumerable.Range(0, 9).Select(_ => random.NextDouble() - 0.4)];
            var ranks = x.Select(v => x.Count(o => Math.Abs(o) <= Math.Abs(v))).ToArray();
            var seen = Enumerable.Range(0, 9).Where(i => x[i] > 0).Sum(i => ranks[i]);
            var asMuch = Enumerable.Range(0, 1 << 9).Count(signs => Enumerable.Range(0, 9).Where(i => (signs >> i & 1) == 1).Sum(i => ranks[i]) >= seen);
            return Math.Abs(SignedRank.PAbove(x, 0) - (asMuch / 512.0)) < 1e-12;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Centre_ShiftedAndMirrored_FollowsExactly() =>
        Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), ArbMap.Default.ArbFor<byte>(), (seed, shift) =>
        {
            var random = new DeterministicRandom(seed);
            double[] x = [.. Enumerable.Range(0, 12).Select(_ => (double)random.Next(1000))];
            var (plain, moved, mirrored) = (SignedRank.Centre(x, 0.99)!.Value, SignedRank.Centre([.. x.Select(v => v + shift)], 0.99)!.Value, SignedRank.Centre([.. x.Select(v => -v)], 0.99)!.Value);
            return moved.Lower == plain.Lower + shift && moved.Upper == plain.Upper + shift && mirrored.Lower == -plain.Upper && mirrored.Value == -plain.Value;
        }).QuickCheckThrowOnFailure();

    /// <summary>The exact promise, on tails that have no variance.</summary>
    [Fact]
    public void Centre_HeavyTails_MissesTheTruthAtMostAsOftenAsPromised()
    {
        var random = new DeterministicRandom(7);
        var missed = 0;
        for (var trial = 0; trial < 4000; trial++)
        {
            double[] cauchy = [.. Enumerable.Range(0, 14).Select(_ => Math.Tan(Math.PI * (random.NextDouble() - 0.5)))];
            if (SignedRank.Centre(cauchy, 0.99) is not { Lower: <= 0, Upper: >= 0 }) { missed++; }
        }

        Assert.InRange(missed, 0, 60); // 1 % are 40; three standard deviations more are 59
    }
}
