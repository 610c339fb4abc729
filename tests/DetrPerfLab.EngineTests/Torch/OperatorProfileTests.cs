using System.Diagnostics;
using System.Runtime.InteropServices;
using DetrPerfLab.Engines.Torch;
using static TorchSharp.torch;

namespace DetrPerfLab.Tests.Torch;

/// <summary>libtorch's observer, through the binding.</summary>
public class OperatorProfileTests
{
    [Fact]
    public void ProfileOperators_LinearLayer_SelfTimesAddUpToItsOwnTotal()
    {
        var extension = RequireExtension();
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (input, weight) = (arange(64, ScalarType.Float32).reshape(8, 8), arange(64, ScalarType.Float32).reshape(8, 8));

        var clock = Stopwatch.StartNew();
        var operators = extension.ProfileOperators(() =>
        {
            for (var i = 0; i < 3; i++) { nn.functional.linear(input, weight, null); }
        });
        var elapsedMs = clock.Elapsed.TotalMilliseconds;

        var linear = operators.Single(o => o.Name == "aten::linear");
        Assert.Equal(3, linear.Calls);
        Assert.True(operators.Length > 1, "a linear layer calls a matrix product");
        Assert.All(operators, o => Assert.True(o.Calls >= 3 && o.SelfMs >= 0 && o.SelfMs <= o.TotalMs));
        // Nothing else was called, and no operator calls itself; whole nanoseconds, so that only the sum is rounded.
        Assert.Equal(linear.TotalMs, operators.Sum(o => o.SelfMs), 1e-9);
        Assert.InRange(linear.TotalMs, double.Epsilon, elapsedMs);
    }

    [Fact]
    public void ProfileOperators_AfterItsEnd_RecordsNothing()
    {
        var extension = RequireExtension();
        using var scope = NewDisposeScope();
        var input = arange(8, ScalarType.Float32);
        Assert.NotEmpty(extension.ProfileOperators(() => input.relu()));
        input.relu();
        Assert.Empty(extension.ProfileOperators(() => { }));
    }

    [Fact]
    public void ProfileOperators_ActionThrows_IsOffAfterwards()
    {
        var extension = RequireExtension();
        using var scope = NewDisposeScope();
        var input = arange(8, ScalarType.Float32);
        Assert.Throws<TimeoutException>(() => extension.ProfileOperators(() => throw new TimeoutException()));
        // One inside another would share its times: it is refused, and the outer one is closed too.
        Assert.Throws<ExternalException>(() => extension.ProfileOperators(() => extension.ProfileOperators(() => input.relu())));
        Assert.Contains(extension.ProfileOperators(() => input.relu()), o => o is { Name: "aten::relu", Calls: 1 });
    }

    [Fact]
    public void ProfileOperators_AnotherThreadsWork_IsNotRecorded()
    {
        var extension = RequireExtension();
        using var scope = NewDisposeScope();
        var input = arange(8, ScalarType.Float32);
        var operators = extension.ProfileOperators(() =>
        {
            var other = new Thread(() => input.cos().Dispose());
            other.Start();
            other.Join();
            input.relu();
        });
        Assert.Contains(operators, o => o.Name == "aten::relu");
        Assert.DoesNotContain(operators, o => o.Name == "aten::cos");
    }

    static TorchExtension RequireExtension()
    {
        Assert.SkipUnless(TorchExtension.Available is not null, "the TorchSharp package offers no profile of operators");
        return TorchExtension.Available!;
    }
}
