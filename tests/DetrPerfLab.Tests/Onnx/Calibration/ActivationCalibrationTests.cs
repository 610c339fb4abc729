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

    [Theory]
    [InlineData(3)] // within the second of three passes
    [InlineData(2)] // at the end of the first
    [InlineData(1)]
    public void Run_InterruptedAtAnyInference_GoesOnFromThereAndGivesTheSame(int after)
    {
        using var folder = new TempFolder();
        var model = QuantizationCases.All["silu-concat"].Model();
        TensorSet[] inputs = [Input(1, 200), Input(2, 200)];
        var checkpoint = new CalibrationCheckpoint(folder.Path, "k");
        using var stop = new CancellationTokenSource();
        CalibrationTable Run(CalibrationCheckpoint? from, Action<long, long>? progress = null) =>
            ActivationCalibration.Run(new ReferenceRunner(), model, s_values, inputs, inputs.Length, progress, maxBytes: 3 << 19, from, stop.Token);

        var whole = Run(null);
        Assert.Throws<OperationCanceledException>(() => Run(checkpoint, (done, _) => { if (done == after) { stop.Cancel(); } }));
        stop.Dispose();
        var told = new List<long>();
        var resumed = ActivationCalibration.Run(
            new ReferenceRunner(), model, s_values, inputs, inputs.Length, (done, _) => told.Add(done), maxBytes: 3 << 19, new CalibrationCheckpoint(folder.Path, "k"));

        Assert.Equal(Enumerable.Range(after + 1, 6 - after).Select(i => (long)i), told);
        Assert.Equal(whole.InputSha256, resumed.InputSha256);
        Assert.All(s_values, v => Assert.Equal(whole.Histograms[v].Counts.ToArray(), resumed.Histograms[v].Counts.ToArray()));
        var options = new StaticOptions { Calibration = CalibrationMethod.Entropy };
        Assert.Equal(whole.Ranges(options), resumed.Ranges(options));
    }

    [Fact]
    public void Restore_OfAnotherKeyDamagedOrCutAnywhere_IsNotTaken()
    {
        using var folder = new TempFolder();
        var histogram = new ActivationHistogram();
        histogram.Add([1, 2, -3, 0, 0.5f]);
        Dictionary<string, ActivationHistogram> saved = new() { ["c"] = histogram };
        new CalibrationCheckpoint(folder.Path, "k").Save(saved, 7);
        var file = Assert.Single(Directory.GetFiles(folder.Path));
        var bytes = File.ReadAllBytes(file);
        long Restored(string key = "k", string value = "c")
        {
            Dictionary<string, ActivationHistogram> into = new() { [value] = new() };
            var done = new CalibrationCheckpoint(folder.Path, key).Restore(into);
            Assert.Equal(done == 0 ? 0 : 5, into[value].Count);
            return done;
        }

        Assert.Equal(7, Restored());
        Assert.Equal(0, Restored(key: "other"));
        Assert.Equal(0, Restored(value: "another model's"));
        foreach (var cut in new[] { 0, 1, 2, 10, 40, 100, bytes.Length / 2, bytes.Length - 1 })
        {
            File.WriteAllBytes(file, bytes[..cut]);
            Assert.Equal(0, Restored());
        }

        for (var i = 0; i < bytes.Length; i += 97)
        {
            var broken = bytes.ToArray();
            broken[i] ^= 0x41;
            File.WriteAllBytes(file, broken);
            Assert.Equal(0, Restored());
        }
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
