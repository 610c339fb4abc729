using static TorchSharp.torch;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Dispose scopes as TorchSharp has them.</summary>
public class DisposeScopeTests
{
    [Fact]
    public void Dispose_TensorsMadeInside_AreFreed()
    {
        var outside = Make();
        Tensor inside;
        using (NewDisposeScope()) { inside = Make(); }
        Assert.True(inside.IsInvalid);
        Assert.False(outside.IsInvalid);
        outside.Dispose();
    }

    [Fact]
    public void MoveToOuterDisposeScope_OutlivesInnerNotOuter()
    {
        Tensor moved;
        using (NewDisposeScope())
        {
            using (NewDisposeScope()) { moved = Make().MoveToOuterDisposeScope(); }
            Assert.False(moved.IsInvalid);
        }

        Assert.True(moved.IsInvalid);
    }

    [Fact]
    public void MoveToOuter_WithoutOuterScope_Detaches()
    {
        Tensor first, second;
        using (var scope = NewDisposeScope()) { (first, second) = scope.MoveToOuter(Make(), Make()); }
        Assert.False(first.IsInvalid);
        Assert.False(second.IsInvalid);
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public void DetachFromDisposeScope_OutlivesAllScopes()
    {
        Tensor detached;
        using (NewDisposeScope())
        using (NewDisposeScope()) { detached = Make().DetachFromDisposeScope(); }
        Assert.False(detached.IsInvalid);
        detached.Dispose();
    }

    [Fact]
    public void Dispose_OuterBeforeInner_LeavesTheInnerCurrent()
    {
        var outer = NewDisposeScope();
        using var inner = NewDisposeScope();
        outer.Dispose();
        Assert.True(inner.Contains(Make()));
    }

    [Fact]
    public void DisposablesCount_FollowsEachTensor()
    {
        using var scope = NewDisposeScope();
        var (first, second, third) = (Make(), Make(), Make());
        Assert.Equal(3, scope.DisposablesCount);
        second.Dispose(); // from the middle of the scope's list
        Assert.Equal(2, scope.DisposablesCount);
        Assert.True(scope.Contains(first));
        Assert.False(scope.Contains(second));
        scope.Detach(first);
        Assert.Equal(1, scope.DisposablesCount);
        scope.Attach(first);
        scope.DisposeEverything();
        Assert.True(first.IsInvalid && third.IsInvalid);
        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void Dispose_WhileAnExceptionPasses_FreesToo()
    {
        Tensor? made = null;
        Assert.Throws<InvalidOperationException>(Fail);
        Assert.True(made!.IsInvalid);

        void Fail()
        {
            using var scope = NewDisposeScope();
            made = Make();
            throw new InvalidOperationException();
        }
    }

    static Tensor Make() => arange(2, dtype: ScalarType.Float32);
}
