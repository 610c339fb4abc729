using DetrPerfLab.Onnx.Proto;
using Google.Protobuf;
using DataType = DetrPerfLab.Onnx.Proto.TensorProto.Types.DataType;

namespace DetrPerfLab.Tests.Onnx;

public class OnnxTensorsTests
{
    [Fact]
    public void Create_EveryNumericType_ReadsBack()
    {
        Check<float>([-1.5f, float.MaxValue]);
        Check<double>([-1.5, double.Epsilon]);
        Check<Half>([(Half)(-1.5), Half.MaxValue]);
        Check<sbyte>([sbyte.MinValue, 127]);
        Check<byte>([0, 255]);
        Check<short>([short.MinValue, 7]);
        Check<ushort>([1, ushort.MaxValue]);
        Check<int>([int.MinValue, 7]);
        Check<uint>([1, uint.MaxValue]);
        Check<long>([long.MinValue, 7]);
        Check<ulong>([1, ulong.MaxValue]);
        Check<bool>([true, false]);

        static void Check<T>(T[] values) where T : unmanaged
        {
            var tensor = OnnxTensors.Create<T>("t", [2, 1], values);
            Assert.Equal(OnnxTensors.TypeOf<T>(), tensor.Type());
            Assert.Equal(values, tensor.Values<T>().ToArray());
        }
    }

    [Fact]
    public void ToFloats_EveryFieldThatMayHoldThem_Converts()
    {
        Assert.Equal([1.5f, -2], new TensorProto { DataType = (int)DataType.Float, Dims = { 2 }, FloatData = { 1.5f, -2 } }.ToFloats());
        Assert.Equal([1.5f], new TensorProto { DataType = (int)DataType.Double, Dims = { 1 }, DoubleData = { 1.5 } }.ToFloats());
        Assert.Equal([1.5f], new TensorProto { DataType = (int)DataType.Float16, Dims = { 1 }, Int32Data = { 0x3E00 } }.ToFloats());
        Assert.Equal([1.5f], new TensorProto { DataType = (int)DataType.Bfloat16, Dims = { 1 }, Int32Data = { 0x3FC0 } }.ToFloats());
        Assert.Equal([-3f], new TensorProto { DataType = (int)DataType.Int8, Dims = { 1 }, Int32Data = { -3 } }.ToFloats());
        Assert.Equal([200f], new TensorProto { DataType = (int)DataType.Uint8, Int32Data = { 200 } }.ToFloats());
        Assert.Equal([3000000000f], new TensorProto { DataType = (int)DataType.Uint32, Uint64Data = { 3000000000 } }.ToFloats());
        Assert.Equal([7L], new TensorProto { DataType = (int)DataType.Int64, Int64Data = { 7 } }.ToLongs());
    }

    [Fact]
    public void Values_DataThatDoNotFit_AreRefused()
    {
        var shortOfData = OnnxTensors.Create<float>("w", [2], [1, 2]);
        shortOfData.Dims[0] = 3;
        Refused(shortOfData, "has 8 bytes of data, needed 12 for float [3]");

        var negative = OnnxTensors.Create<float>("w", [2], [1, 2]);
        negative.Dims[0] = -2;
        Refused(negative, "shape [-2]");

        var huge = OnnxTensors.Create<float>("w", [2], [1, 2]);
        huge.Dims.Add(long.MaxValue);
        huge.Dims.Add(long.MaxValue);
        Refused(huge, "lengths that memory can hold");

        Refused(OnnxTensors.Create<long>("w", [1], [1]), "element type Int64, needed Float");
        Refused(new TensorProto { Name = "w", DataType = 999 }, "999");

        static void Refused(TensorProto tensor, string why)
        {
            var e = Assert.Throws<LabException>(() => tensor.Values<float>().Length);
            Assert.Equal(ExitCode.BadInput, e.ExitCode);
            Assert.Contains(why, e.Message);
        }
    }

    [Fact]
    public void Bytes_SubByteTypes_ArePackedTwoAByte() =>
        Assert.Equal(2, new TensorProto { DataType = (int)DataType.Int4, Dims = { 3 }, RawData = ByteString.CopyFrom(0x21, 0x03) }.Bytes().Length);

    [Fact]
    public void Set_Attributes_ReadBackAndReplace()
    {
        var node = new NodeProto().Set("i", 3).Set("f", 0.5f).Set("s", "x").Set("l", 1, 2).Set("i", 4);

        Assert.Equal(4, node.Attribute.Count);
        Assert.Equal(4, node.GetInt("i", 0));
        Assert.Equal(0.5f, node.GetFloat("f", 0));
        Assert.Equal("x", node.GetString("s", ""));
        Assert.Equal(new long[] { 1, 2 }, node.GetInts("l"));
        Assert.Equal(9, node.GetInt("none", 9));
        Assert.Null(node.GetInts("none"));
    }

    [Fact]
    public void SetMetadata_AndOpset_AddReplaceRemove()
    {
        var model = TinyModel.Create();
        model.SetMetadata("a", "1");
        model.SetMetadata("b", "2");
        model.SetMetadata("a", "3");
        model.SetMetadata("b", null);
        model.OpsetImport[0].Domain = "ai.onnx"; // the other name of the standard operators
        model.SetOpset(18);

        Assert.Equal("3", model.GetMetadata("a"));
        Assert.Null(model.GetMetadata("b"));
        Assert.Equal(18, model.OpsetVersion());
        Assert.Single(model.OpsetImport);
    }
}
