using static TorchSharp.torch;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>oneDNN on machines that hide their caches, and on all others.</summary>
public class HiddenCachesTests
{
    /// <summary>Shapes that oneDNN 3.7.1 gets wrong where it takes a cache for one byte: few channels, no multiple of a vector, tiny maps.</summary>
    [Theory]
    [InlineData(8, 8, 3, 32)]
    [InlineData(24, 40, 1, 20)]
    [InlineData(24, 24, 3, 20)]
    [InlineData(40, 8, 3, 7)]
    [InlineData(512, 512, 3, 3)]
    public void Conv2d_ThisMachine_IsTheSumOfItsProducts(int from, int to, int kernel, int side)
    {
        TorchOfTheTests.Load();
        using var scope = NewDisposeScope();
        using var generator = new Generator(17);
        var (image, weights) = (randn([2, from, side, side], generator: generator), randn([to, from, kernel, kernel], generator: generator) / Math.Sqrt(from * kernel * kernel));
        var found = nn.functional.conv2d(image, weights, padding: [kernel / 2, kernel / 2]);
        var patches = nn.functional.unfold(image.to(float64), kernel, padding: kernel / 2); // in float64, which oneDNN does not compute
        var needed = weights.to(float64).reshape(to, -1).matmul(patches).reshape(found.shape);
        Assert.InRange((found - needed).abs().max().item<double>(), 0, 1e-4);
    }

    [Fact]
    public void Reset_TableAmongOtherNumbers_LosesItsLevelsAlone()
    {
        int[] table = [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 3];
        int[] known = [.. table];
        known[0] = 49152; // a cache that is known
        int[] memory = [7, 1, .. table, 0, .. known, 1, 1, .. table, 5];
        int[] needed = [.. memory];
        needed[2 + 20] = needed[2 + 21 + 1 + 21 + 2 + 20] = 0;

        Assert.Equal(2, HiddenCaches.Reset(memory));
        Assert.Equal(needed, memory);
        Assert.Equal(0, HiddenCaches.Reset(memory));
    }

    [Fact]
    public void Facts_ThisMachine_SpeakOfCachesWhereItHidesThem()
    {
        TorchOfTheTests.Load();
        var facts = TorchRuntime.Facts.ToDictionary();
        if (!HiddenCaches.IsHere) { Assert.DoesNotContain("oneDNN", facts.Keys); }
        else { Assert.Equal(HiddenCaches.Guessed, facts["oneDNN"]); }
    }
}
