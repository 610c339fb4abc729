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
            OnnxFile.Save(ModelQuantizer.Static(ConversionSource.Load(source), options, new ReferenceRunner(), [Input()], count: 1, new()).Model, folder.File(name));
        }

        Assert.Equal(File.ReadAllBytes(folder.File("a.onnx")), File.ReadAllBytes(folder.File("b.onnx")));
        var model = OnnxFile.Load(folder.File("a.onnx"));
        Assert.Equal(FileHash.Sha256(source), model.GetMetadata(ModelProvenance.SourceSha256));
        Assert.Equal("int8-static", model.GetMetadata(ModelProvenance.Precision));
        Assert.Contains("\"reduceRange\":false", model.GetMetadata(ModelProvenance.Options));
        Assert.Contains("\"operators\":[\"Conv\",\"Gemm\",\"MatMul\"]", model.GetMetadata(ModelProvenance.Options));
        Assert.Equal(64, model.GetMetadata(ModelProvenance.CalibrationSha256)!.Length);
        Assert.NotNull(model.GetMetadata(ModelProvenance.LabVersion));
    }

    static TensorSet Input()
    {
        var x = new HostTensor("x", ElementType.Float32, 1, 3, 8, 8);
        TestGraph.Sequence(x.Count, 7, 2).CopyTo(x.Floats);
        return new TensorSet(x);
    }
}
