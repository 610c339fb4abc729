using System.Reflection;
using DetrPerfLab.Onnx.Proto;
using DetrPerfLab.Tests;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using DataType = DetrPerfLab.Onnx.Proto.TensorProto.Types.DataType;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Files that cannot be opened, each with its message.</summary>
public class OrtSessionTests
{
    [Fact]
    public void Open_MissingFile_IsBadInput() => AssertRefused("no/such.onnx", "was not found");

    [Fact]
    public void Open_DamagedFiles_SayWhatIsWrong()
    {
        using var folder = new TempFolder();
        var whole = Model("Relu").ToByteArray();
        Check("empty", [], "is empty");
        Check("garbage", "garbage"u8.ToArray(), "wire type");
        Check("cut", whole[..^10], "claims");

        void Check(string name, byte[] bytes, string why)
        {
            File.WriteAllBytes(folder.File(name), bytes);
            AssertRefused(folder.File(name), why);
        }
    }

    [Fact]
    public void Open_ModelsThatCannotRun_SayWhatIsWrong()
    {
        using var folder = new TempFolder();
        Check("operator", Model("Frobnicate"), "Frobnicate");
        Check("opset", Model("Relu", opset: 999), "999");
        Check("type", Model("Identity", type: DataType.String), "a tensor of string");

        var cyclic = Model("Relu");
        cyclic.Graph.Node[0].Input[0] = "y";
        Check("cycle", cyclic, "cannot run");

        var undefined = Model("Relu");
        undefined.Graph.Node[0].Input[0] = "nothing";
        Check("undefined", undefined, "nothing");

        var lying = Model("Add");
        lying.Graph.Node[0].Input.Add("w");
        lying.Graph.Initializer.Add(OnnxTensors.Create<float>("w", [2], [1, 2]));
        lying.Graph.Initializer[0].Dims[0] = 1L << 40;
        Check("lying", lying, "w");

        void Check(string name, ModelProto model, string why)
        {
            OnnxFile.Save(model, folder.File(name));
            AssertRefused(folder.File(name), why);
        }
    }

    [Fact]
    public void Open_ExternalDataOutsideTheFolder_IsRefused()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.File("w.bin"), new byte[8]);
        var model = Model("Add");
        model.Graph.Node[0].Input.Add("w");
        model.Graph.Initializer.Add(new TensorProto
        {
            Name = "w",
            DataType = (int)DataType.Float,
            Dims = { 2 },
            DataLocation = TensorProto.Types.DataLocation.External,
            ExternalData = { new StringStringEntryProto { Key = "location", Value = "../w.bin" } },
        });
        Directory.CreateDirectory(folder.File("inner"));
        var path = Path.Combine(folder.File("inner"), "m.onnx");
        OnnxFile.Save(model, path);

        AssertRefused(path, "outside the model's folder");
    }

    [Fact]
    public void Version_OfTheNativeLibrary_IsThePackages() =>
        Assert.StartsWith(OrtSession.Version(), typeof(InferenceSession).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(1, 0)]
    public void Options_OutOfRange_AreRefused(int intraOp, int interOp) =>
        Assert.Throws<LabException>(() => new OrtEngineOptions { IntraOpThreads = intraOp, InterOpThreads = interOp });

    static ModelProto Model(string opType, int opset = 17, DataType type = DataType.Float)
    {
        var model = new ModelProto
        {
            IrVersion = 8,
            Graph = new GraphProto
            {
                Name = "g",
                Node = { new NodeProto { OpType = opType, Input = { "x" }, Output = { "y" } } },
                Input = { OnnxValues.Create("x", type, ["N", 2]) },
                Output = { OnnxValues.Create("y", type, ["N", 2]) },
            },
        };
        model.SetOpset(opset);
        return model;
    }

    static void AssertRefused(string path, string why)
    {
        var e = Assert.Throws<LabException>(() => new OrtEngine(path, new OrtEngineOptions()).Dispose());
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains(Path.GetFileName(path), e.Message);
        Assert.Contains(why, e.Message);
    }
}
