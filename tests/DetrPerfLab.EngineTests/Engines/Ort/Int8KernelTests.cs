namespace DetrPerfLab.EngineTests.Engines;

public class Int8KernelTests
{
    [Fact]
    public void Run_Product_IsThatOfTheMatrices()
    {
        using var product = Int8Kernel.MatMul(threads: 2);
        product.Run();

        const int n = Int8Graphs.Size;
        foreach (var (row, column) in new[] { (0, 0), (1, 2), (511, 77), (1023, 1023) })
        {
            var expected = 0;
            for (var k = 0; k < n; k++) { expected += Int8Kernel.Input((row * n) + k, 127) * Int8Graphs.Right((k * n) + column); }
            Assert.Equal(expected, product.Output<int>()[(row * n) + column]);
        }
    }

    [Fact]
    public void Run_Convolutions_StayWithinAByte()
    {
        using var convolution = Int8Kernel.Convolution(threads: 2);
        convolution.Run();
        var values = convolution.Output<byte>();
        var saturated = 0;
        foreach (var value in values) { saturated += value is 0 or 255 ? 1 : 0; }
        Assert.InRange(saturated / (double)values.Length, 0, 0.1);
        Assert.True(values.ContainsAnyExcept(values[0]), "all values are equal: nothing was computed");
    }

    [Fact]
    public void Attain_Product_GivesThePeakOfInt8()
    {
        using var product = Int8Kernel.MatMul(threads: 1);
        var peak = PeakProbe.Attain(new ActionOperation(product.Run), product.Operations, "int8", product.How);

        Assert.Equal("int8", peak.Precision);
        Assert.True(peak.GflopsPerSecond > 1, $"{peak.GflopsPerSecond} GFLOP/s: two billion operations in two seconds are no kernel's work");
    }

    [Fact]
    public void Run_Warm_AllocatesNothing()
    {
        using var product = Int8Kernel.MatMul(threads: 1);
        product.Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        product.Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
