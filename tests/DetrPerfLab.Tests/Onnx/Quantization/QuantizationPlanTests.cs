using System.Text.Json;
using DetrPerfLab.Onnx.Proto;

namespace DetrPerfLab.Tests.Onnx;

public class QuantizationPlanTests
{
    [Fact]
    public void With_ExactNames_ComeFirst()
    {
        var plan = QuantizationPlan.AllStatic.With(NodePrecision.Float, ["a.b"], "keep-list").Compile(new(), new(new()));
        Assert.Equal(NodePrecision.Float, plan(new NodeProto { OpType = "Conv", Name = "a.b" }));
        Assert.Equal(NodePrecision.Static, plan(new NodeProto { OpType = "Conv", Name = "aXb" }));
    }

    [Fact]
    public void Load_WrittenPlan_IsTheSame()
    {
        using var folder = new TempFolder();
        var plan = JsonSerializer.Serialize(QuantizationPlan.Mixed, LabJson.Options);
        File.WriteAllText(folder.File("plan.json"), plan);

        var loaded = QuantizationPlan.Load(folder.File("plan.json"));

        Assert.Equal(plan, JsonSerializer.Serialize(loaded, LabJson.Options));
        Assert.Equal(QuantizationPlan.Mixed.Rules.Count, loaded.Rules.Count);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"rules\": [{\"precision\": \"int3\"}]}")]
    [InlineData("{\"rules\": [{\"name\": \"(\", \"precision\": \"static\"}]}")]
    [InlineData("{}")]
    public void Load_DamagedFile_IsRefused(string json)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("plan.json"), json);
        Assert.Equal(ExitCode.BadInput, Assert.Throws<LabException>(() => QuantizationPlan.Load(folder.File("plan.json"))).ExitCode);
    }
}
