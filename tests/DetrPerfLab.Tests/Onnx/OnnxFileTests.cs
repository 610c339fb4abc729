using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace DetrPerfLab.Tests.Onnx;

public class OnnxFileTests
{
    [Fact]
    public void SaveAndLoad_Model_IsEqualAndBytesAreStable()
    {
        using var folder = new TempFolder();
        var model = TinyModel.Create();

        OnnxFile.Save(model, folder.File("a.onnx"));
        OnnxFile.Save(OnnxFile.Load(folder.File("a.onnx")), folder.File("b.onnx"));

        Assert.Equal(model, OnnxFile.Load(folder.File("b.onnx")));
        Assert.Equal(File.ReadAllBytes(folder.File("a.onnx")), File.ReadAllBytes(folder.File("b.onnx")));
    }

    [Fact]
    public void Parse_FieldsBeyondOurProto_SurviveARoundTrip()
    {
        // training_info = 20 of a model and sparse_initializer = 15 of a graph are not declared: any bytes must come back.
        var model = TinyModel.Create();
        var withGraphField = model.Graph.ToByteArray().Concat(Field(15, [0x1A, 0x01, 0x05])).ToArray();
        model.Graph = null;
        byte[] original = [.. model.ToByteArray(), .. Field(7, withGraphField), .. Field(20, [1, 2, 3])];

        var written = OnnxFile.Parse(original, "test").ToByteArray();

        Assert.Equal(original.Length, written.Length);
        Assert.Contains(Convert.ToHexString(Field(15, [0x1A, 0x01, 0x05])), Convert.ToHexString(written));
        Assert.Contains(Convert.ToHexString(Field(20, [1, 2, 3])), Convert.ToHexString(written));
    }

    [Fact]
    public void Parse_RandomDamage_GivesAModelOrBadInput()
    {
        var whole = TinyModel.Create().ToByteArray();
        Prop.ForAll(ArbMap.Default.ArbFor<(ushort Position, byte Value, ushort Length)>(), damage =>
        {
            var bytes = whole.ToArray();
            bytes[damage.Position % whole.Length] = damage.Value;
            try
            {
                OnnxFile.Parse(bytes.AsSpan(0, damage.Length % (whole.Length + 1)), "damaged");
            }
            catch (LabException e)
            {
                Assert.Equal(ExitCode.BadInput, e.ExitCode);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Parse_Truncated_NamesTheMember()
    {
        var whole = TinyModel.Create().ToByteArray();
        var initializer = whole.AsSpan().IndexOf("J\x08"u8) + 4; // raw_data = 9, 8 bytes; then cut inside it

        var e = Assert.Throws<LabException>(() => OnnxFile.Parse(whole.AsSpan(0, initializer), "cut.onnx"));

        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains("'cut.onnx'", e.Message);
        Assert.Contains("field graph claims", e.Message);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("0801", "no graph")]
    [InlineData("3A00", "operator set")]
    [InlineData("3AFFFFFFFF07", "claims 2,147,483,647 bytes, 0 are left")]
    [InlineData("3A030A0505", "in graph field node claims 5 bytes, 1 are left")]
    [InlineData("3B", "wire type 3")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFF", "tag is damaged")]
    [InlineData("00", "tag is damaged")]
    [InlineData("89504E470D0A1A0A", "field number 1281 is cut off")] // a PNG
    public void Parse_NotAModel_SaysWhy(string hex, string why)
    {
        var e = Assert.Throws<LabException>(() => OnnxFile.Parse(Convert.FromHexString(hex), "x.onnx"));
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains(why, e.Message);
    }

    [Fact]
    public void Parse_DeepNesting_IsRefused()
    {
        byte[] bytes = [];
        for (var i = 0; i < 200; i++)
        {
            // graph.node.attribute.g.node.attribute.g…
            bytes = Field(i == 199 ? 7 : i % 3 == 0 ? 1 : i % 3 == 1 ? 6 : 5, bytes);
        }

        var e = Assert.Throws<LabException>(() => OnnxFile.Parse(bytes, "deep.onnx"));
        Assert.Contains("deeper than", e.Message);
    }

    [Fact]
    public void Parse_MillionsOfEmptyNodes_IsRefusedBeforeTheyCostMemory()
    {
        var nodes = new byte[2 * (WireScan.MaxItems + 1)];
        for (var i = 0; i < nodes.Length; i += 2) { nodes[i] = 0x0A; }
        var bytes = Field(7, nodes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var e = Assert.Throws<LabException>(() => OnnxFile.Parse(bytes, "bomb.onnx"));

        Assert.Contains("more than", e.Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void Load_MissingFile_IsBadInput() =>
        Assert.Equal(ExitCode.BadInput, Assert.Throws<LabException>(() => OnnxFile.Load("no/such.onnx")).ExitCode);

    static byte[] Field(int number, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(content));
        }

        return stream.ToArray();
    }
}
