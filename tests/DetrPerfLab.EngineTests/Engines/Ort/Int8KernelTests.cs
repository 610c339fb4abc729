namespace DetrPerfLab.EngineTests.Engines;

public class Int8KernelTests
{
    [Fact]
    public void Run_Product_IsThatOfTheMatrices()
    {
        using var product = new Int8MatMul(threads: 2);
        product.Run();

        const int n = Int8MatMul.Size;
        foreach (var (row, column) in new[] { (0, 0), (1, 2), (511, 77), (1023, 1023) })
        {
            var expected = 0;
            for (var k = 0; k < n; k++) { expected += Int8MatMul.Left((row * n) + k) * Int8MatMul.Right((k * n) + column); }
            Assert.Equal(expected, product.Output[(row * n) + column]);
        }
    }

    [Fact]
    public void Run_Convolutions_StayWithinAByte()
    {
        using var convolution = new Int8Convolution(threads: 2);
        convolution.Run();
        var saturated = 0;
        foreach (var value in convolution.Output) { saturated += value is 0 or 255 ? 1 : 0; }
        Assert.InRange(saturated / (double)convolution.Output.Length, 0, 0.1);
        Assert.True(convolution.Output.ContainsAnyExcept(convolution.Output[0]), "all values are equal: nothing was computed");
    }

    [Fact]
    public void Attain_Product_GivesThePeakOfInt8()
    {
        using var product = new Int8MatMul(threads: 1);
        var peak = PeakProbe.Attain(new ActionOperation(product.Run), Int8MatMul.Operations, "int8", Int8MatMul.How);

        Assert.Equal("int8", peak.Precision);
        Assert.True(peak.GflopsPerSecond > 1, $"{peak.GflopsPerSecond} GFLOP/s: two billion operations in two seconds are no kernel's work");
    }

    [Fact]
    public void Run_Warm_AllocatesNothing()
    {
        using var product = new Int8MatMul(threads: 1);
        product.Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        product.Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
