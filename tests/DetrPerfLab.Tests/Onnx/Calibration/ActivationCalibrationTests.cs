namespace DetrPerfLab.Tests.Onnx;

public class ActivationCalibrationTests
{
    static readonly string[] s_values = ["c", "s", "silu", "both"];

    [Fact]
    public void Run_SmallMemory_WatchesInPassesWithTheSameResult()
    {
        var model = QuantizationCases.All["silu-concat"].Model();
        var (large, small) = (new ReferenceRunner(), new ReferenceRunner());
        TensorSet[] inputs = [Input(1, 200), Input(2, 200)];

        var whole = ActivationCalibration.Run(large, model, s_values, inputs, inputs.Length);
        // 4 x 200 x 200 floats are 640,000 bytes: one or two values a pass.
        var progress = new List<(long, long)>();
        var passes = ActivationCalibration.Run(small, model, s_values, inputs, inputs.Length, (d, of) => progress.Add((d, of)), maxBytes: 1 << 20);

        Assert.Single(large.Opened);
        Assert.Equal([["c"], ["s"], ["silu"], ["both"]], small.Opened);
        Assert.Equal((8L, 8L), progress[^1]);
        Assert.Equal(whole.InputSha256, passes.InputSha256);
        var options = new StaticOptions { Calibration = CalibrationMethod.Mse };
        Assert.Equal(whole.Ranges(options), passes.Ranges(options));
    }

    [Fact]
    public void Run_OtherInputs_HaveAnotherHash()
    {
        var model = QuantizationCases.All["silu-concat"].Model();
        string Hash(params TensorSet[] inputs) => ActivationCalibration.Run(new ReferenceRunner(), model, ["c"], inputs, inputs.Length).InputSha256;
        Assert.NotEqual(Hash(Input(1, 4)), Hash(Input(2, 4)));
        Assert.NotEqual(Hash(Input(1, 4)), Hash(Input(1, 4), Input(1, 4)));
    }

    [Fact]
    public void Run_NoInputs_IsRefused() => Assert.Contains("no inputs", Assert.Throws<LabException>(() =>
        ActivationCalibration.Run(new ReferenceRunner(), QuantizationCases.All["linear"].Model(), ["q"], [], 0)).Message);

    [Fact]
    public void Run_ActivationNotFinite_IsRefusedByName()
    {
        var model = QuantizationCases.All["linear"].Model();
        var x = new HostTensor("x", ElementType.Float32, 1, 1, 8);
        x.Floats[3] = float.NaN;
        var error = Assert.Throws<LabException>(() => ActivationCalibration.Run(new ReferenceRunner(), model, ["q0"], [new TensorSet(x)], 1));
        Assert.Contains("'q0'", error.Message);
    }

    static TensorSet Input(int seed, int side)
    {
        var tensor = new HostTensor("x", ElementType.Float32, 1, 4, side, side);
        TestGraph.Sequence(tensor.Count, seed, 2).CopyTo(tensor.Floats);
        return new TensorSet(tensor);
    }
}
