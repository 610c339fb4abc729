using FsCheck;
using FsCheck.Fluent;

namespace DetrPerfLab.Tests.Core;

public class ProportionTests
{
    // Source: closed forms. None of n: the upper end is 1 - (0.025)^(1/n); all of n: the lower end is 0.025^(1/n).
    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(300)]
    [InlineData(10_000)]
    public void Of_NoneOrAll_IsTheClosedForm(int n)
    {
        Assert.Equal(1 - Math.Pow(0.025, 1.0 / n), Proportion.Of(0, n).Upper, 1e-9);
        Assert.Equal(0, Proportion.Of(0, n).Lower);
        Assert.Equal(Math.Pow(0.025, 1.0 / n), Proportion.Of(n, n).Lower, 1e-9);
        Assert.Equal(1, Proportion.Of(n, n).Upper);
    }

    // Source: R 4, binom.test(57, 60)$conf.int and binom.test(1, 300)$conf.int.
    [Fact]
    public void Of_SomeOfMany_IsWhatRGives()
    {
        var (most, one) = (Proportion.Of(57, 60), Proportion.Of(1, 300));
        Assert.Equal(0.8608, most.Lower, 1e-3);
        Assert.Equal(0.9896, most.Upper, 1e-3);
        Assert.Equal(8.4e-5, one.Lower, 1e-5);
        Assert.Equal(0.0184, one.Upper, 1e-3);
    }

    [Fact]
    public void Of_AnyCount_HoldsItsShareAndMirrors() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte>(), ArbMap.Default.ArbFor<byte>(), (found, more) =>
        {
            var of = found + more + 1;
            var (share, rest) = (Proportion.Of(found, of), Proportion.Of(of - found, of));
            return share.Lower <= share.Value && share.Value <= share.Upper && Math.Abs(share.Lower - (1 - rest.Upper)) < 1e-9;
        }).QuickCheckThrowOnFailure();
}
