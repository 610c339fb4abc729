using DetrPerfLab.Onnx;

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
            ModelQuantizer.Static(source, folder.File(name), options, new ReferenceRunner(), [Input()], new CalibrationOptions());
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

    [Fact]
    public void Fp16_ModelThatCannotBeConverted_LeavesNoFile()
    {
        using var folder = new TempFolder();
        var source = folder.File("source.onnx");
        OnnxFile.Save(new TestGraph().Input("x", 2).Output("y", 2).Node("Softmax", "x", "y").Model, source);
        Assert.Throws<LabException>(() => ModelQuantizer.Fp16(source, folder.File("half.onnx"), new Fp16Options()));
        Assert.Equal(["source.onnx"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    static TensorSet Input()
    {
        var x = new HostTensor("x", ElementType.Float32, 1, 3, 8, 8);
        TestGraph.Sequence(x.Count, 7, 2).CopyTo(x.Floats);
        return new TensorSet(x);
    }
}
