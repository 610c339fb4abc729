using Google.Protobuf;

namespace DetrPerfLab.Tests.Onnx;

public class OnnxHeaderTests
{
    [Fact]
    public void Read_ExternalWeights_TellsTheInterfaceWithoutTheWeights()
    {
        using var folder = new TempFolder();
        OnnxFile.Save(TinyModel.CreateExternal("elsewhere.bin"), folder.File("m.onnx"));
        var header = OnnxHeader.Read(folder.File("m.onnx")); // elsewhere.bin is not there, and is not needed
        Assert.Equal("x float32 [N,2]", Assert.Single(header.Inputs).ToString());
        Assert.Equal("y float32 [N,2]", Assert.Single(header.Outputs).ToString());
        Assert.True(header.HasExternalData);
    }

    [Fact]
    public void Read_InlineWeights_AreNotExternal()
    {
        using var folder = new TempFolder();
        OnnxFile.Save(TinyModel.Create(), folder.File("m.onnx"));
        Assert.False(OnnxHeader.Read(folder.File("m.onnx")).HasExternalData);
    }

    [Fact]
    public void Read_WeightListedAmongInputs_IsNoInput()
    {
        using var folder = new TempFolder();
        var model = TinyModel.Create();
        model.Graph.Input.Add(OnnxValues.Create("w", model.Graph.Initializer[0].Type(), [2]));
        OnnxFile.Save(model, folder.File("m.onnx"));
        Assert.Equal(["x"], OnnxHeader.Read(folder.File("m.onnx")).Inputs.Select(i => i.Name));
    }

    [Fact]
    public void Read_AnyCutOfAFile_IsRefusedOrWhole()
    {
        using var folder = new TempFolder();
        var bytes = QuantizationCases.All["residual"].Model().ToByteArray();
        for (var length = 0; length < bytes.Length; length += 7)
        {
            File.WriteAllBytes(folder.File("m.onnx"), bytes[..length]);
            var error = Record.Exception(() => OnnxHeader.Read(folder.File("m.onnx")));
            // What follows the graph may be missing: that is for the reader of the whole model to say.
            Assert.True(error is null or LabException { ExitCode: ExitCode.BadInput }, $"cut at {length}: {error}");
        }
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F })] // a graph of 2^63 bytes
    [InlineData(new byte[] { 0x3A, 0x03, 0x5A, 0x7F, 0x00 })] // an input that reaches beyond the graph
    public void Read_HostileBytes_AreRefused(byte[] bytes)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.File("m.onnx"), bytes);
        Assert.Equal(ExitCode.BadInput, Assert.Throws<LabException>(() => OnnxHeader.Read(folder.File("m.onnx"))).ExitCode);
    }
}
