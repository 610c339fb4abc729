using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Tests.Onnx;

public class ExternalDataTests
{
    [Theory]
    [InlineData("w.bin", null, null, 0)]
    [InlineData("w.bin", "0", "8", 0)]
    [InlineData("sub/w.bin", "4", "8", 4)]
    [InlineData("sub/../w.bin", null, null, 0)]
    public void Load_DataBesideTheModel_BecomesPartOfIt(string location, string? offset, string? length, int skip)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("sub"));
        File.WriteAllBytes(folder.File(location), [.. new byte[skip], .. BitConverter.GetBytes(3f), .. BitConverter.GetBytes(4f), 99]);
        OnnxFile.Save(TinyModel.CreateExternal(location, offset, length), folder.File("m.onnx"));

        var tensor = OnnxFile.Load(folder.File("m.onnx")).Graph.Initializer[0];

        Assert.Equal([3f, 4f], tensor.ToFloats());
        Assert.Equal(OnnxTensors.Create<float>("w", [2], [3, 4]), tensor);
    }

    [Theory]
    [InlineData("../w.bin", null, null, "outside the model's folder")]
    [InlineData("/etc/hostname", null, null, "outside the model's folder")]
    [InlineData("link.bin", null, null, "a link that leads outside")]
    [InlineData("linked/w.bin", null, null, "a link that leads outside")]
    [InlineData(".", null, null, "outside the model's folder")]
    [InlineData("", null, null, "names no location")]
    [InlineData("no.bin", null, null, "was not found")]
    [InlineData("w.bin", "1", null, "needs bytes 1 to 9")]
    [InlineData("w.bin", "9223372036854775807", null, "needs bytes")]
    [InlineData("w.bin", "-1", null, "offset '-1'")]
    [InlineData("w.bin", "0", "9", "has 9 bytes where its type and shape need 8")]
    public void Load_DataElsewhereOrWrong_IsRefused(string location, string? offset, string? length, string why)
    {
        using var folder = new TempFolder();
        var inner = Directory.CreateDirectory(folder.File("inner")).FullName;
        File.WriteAllBytes(folder.File("w.bin"), new byte[8]);
        File.WriteAllBytes(Path.Combine(inner, "w.bin"), new byte[8]);
        File.CreateSymbolicLink(Path.Combine(inner, "link.bin"), folder.File("w.bin"));
        Directory.CreateSymbolicLink(Path.Combine(inner, "linked"), folder.Path);
        OnnxFile.Save(TinyModel.CreateExternal(location, offset, length), Path.Combine(inner, "m.onnx"));

        var e = Assert.Throws<LabException>(() => OnnxFile.Load(Path.Combine(inner, "m.onnx")));

        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains("tensor 'w'", e.Message);
        Assert.Contains(why, e.Message);
    }

    [Fact]
    public void Load_ManyTensorsOverOneRegion_IsBoundedByTheirSum()
    {
        using var folder = new TempFolder();
        using (var data = File.Create(folder.File("w.bin"))) { data.SetLength(512 << 20); } // sparse: takes no space
        var model = TinyModel.CreateExternal("w.bin");
        var tensor = model.Graph.Initializer[0];
        tensor.Dims[0] = 3L << 30;
        OnnxFile.Save(model, folder.File("m.onnx"));

        var e = Assert.Throws<LabException>(() => OnnxFile.Load(folder.File("m.onnx")));

        Assert.Contains("the limit of an ONNX file", e.Message);
    }

    [Fact]
    public void Parse_FromMemory_LeavesExternalDataAlone()
    {
        var model = TinyModel.CreateExternal("../w.bin");
        var tensor = model.AllTensors().Single();
        Assert.Equal(TensorProto.Types.DataLocation.External, tensor.DataLocation);
        Assert.Contains("another file", Assert.Throws<LabException>(() => tensor.ToFloats()).Message);
    }
}
