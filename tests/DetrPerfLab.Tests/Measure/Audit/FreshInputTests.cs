namespace DetrPerfLab.Tests.Measure;

public class FreshInputTests
{
    [Fact]
    public void Toggle_Twice_GivesTheVeryBitsBack()
    {
        var inputs = Inputs();
        var usual = inputs.Copy();

        FreshInput.Toggle(inputs, seed: 7, index: 2);
        Assert.NotEqual(usual["pixels"].Floats.ToArray(), inputs["pixels"].Floats.ToArray());
        FreshInput.Toggle(inputs, seed: 7, index: 2);

        Assert.Equal(usual["pixels"].Bytes.ToArray(), inputs["pixels"].Bytes.ToArray());
    }

    [Fact]
    public void Of_AnyValue_StaysFiniteAndOfItsSize()
    {
        var inputs = Inputs();
        var fresh = FreshInput.Of(inputs, seed: 7, index: 0);

        var (usual, changed) = (inputs["pixels"].Floats.ToArray(), fresh["pixels"].Floats.ToArray());
        for (var i = 0; i < usual.Length; i++) { Assert.InRange(Math.Abs(changed[i]), Math.Abs(usual[i]) / 2, Math.Abs(usual[i]) * 2); }
        Assert.Equal(usual.Length / 3, usual.Zip(changed).Count(p => p.First * p.Second < 0), tolerance: 3); // a third is its negative; zeros have no sign
        Assert.Equal(inputs["mask"].Longs.ToArray(), fresh["mask"].Longs.ToArray());
    }

    [Fact]
    public void Of_AnotherIndexOrSeed_IsAnotherInput()
    {
        var inputs = Inputs();
        float[][] fresh = [.. new[] { (7ul, 0), (7ul, 1), (8ul, 0) }.Select(f => FreshInput.Of(inputs, f.Item1, f.Item2)["pixels"].Floats.ToArray())];

        Assert.Equal(3, fresh.DistinctBy(f => string.Join(' ', f)).Count());
        Assert.Equal(fresh[1], FreshInput.Of(inputs, 7, 1)["pixels"].Floats.ToArray());
    }

    static TensorSet Inputs()
    {
        var inputs = new TensorSet(new HostTensor("pixels", ElementType.Float32, 1, 300), new HostTensor("mask", ElementType.Int64, 1, 4));
        for (var i = 0; i < 300; i++) { inputs["pixels"].Floats[i] = (i - 150) / 60f; }
        inputs["mask"].Longs.Fill(1);
        return inputs;
    }
}
