namespace DetrPerfLab.Tests.Onnx;

public class ModelQuantizerTests
{
    [Fact]
    public void Static_File_SaysHowItWasMadeAndIsReproducible()
    {
        using var folder = new TempFolder();
        var source = folder.File("source.onnx");
        OnnxFile.Save(QuantizationCases.All["residual"].Model(), source);
        var options = new StaticOptions { Plan = QuantizationPlan.AllStatic, ReduceRange = false };

        foreach (var name in new[] { "a.onnx", "b.onnx" })
        {
            OnnxFile.Save(ModelQuantizer.Static(ConversionSource.Load(source), options, new ReferenceRunner(), [Input()], count: 1).Model, folder.File(name));
        }

        Assert.Equal(File.ReadAllBytes(folder.File("a.onnx")), File.ReadAllBytes(folder.File("b.onnx")));
        var model = OnnxFile.Load(folder.File("a.onnx"));
        Assert.Equal(FileHash.Sha256(source), model.GetMetadata(ModelQuantizer.SourceKey));
        Assert.Equal("int8-static", model.GetMetadata(ModelQuantizer.PrecisionKey));
        Assert.Contains("\"reduceRange\":false", model.GetMetadata(ModelQuantizer.OptionsKey));
        Assert.Contains("\"operators\":[\"Conv\",\"Gemm\",\"MatMul\"]", model.GetMetadata(ModelQuantizer.OptionsKey));
        Assert.Equal(64, model.GetMetadata(ModelQuantizer.CalibrationKey)!.Length);
        Assert.NotNull(model.GetMetadata(ModelQuantizer.VersionKey));
    }

    static TensorSet Input()
    {
        var x = new HostTensor("x", ElementType.Float32, 1, 3, 8, 8);
        TestGraph.Sequence(x.Count, 7, 2).CopyTo(x.Floats);
        return new TensorSet(x);
    }
}
