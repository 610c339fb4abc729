namespace DetrPerfLab.Tests.Core;

public class VariantNameTests
{
    [Fact]
    public void TryParse_TextOfAnyParts_GivesThemBack()
    {
        foreach (var engine in Enum.GetValues<EngineKind>())
        {
            foreach (var precision in Enum.GetValues<Precision>())
            {
                foreach (var options in (string[])["", "naive", "static-all", "channels-last"])
                {
                    var name = new VariantName(engine, precision, options);
                    Assert.Equal(name, VariantName.TryParse(name.ToString()));
                }
            }
        }
    }

    [Theory]
    [InlineData("torch-naive", EngineKind.Torch, Precision.Fp32, "naive")]
    [InlineData("torch-int8-dynamic", EngineKind.Torch, Precision.Int8, "dynamic")]
    [InlineData("torchscript-fp32", EngineKind.TorchScript, Precision.Fp32, "")]
    [InlineData("ort-tensorrt-fp16", EngineKind.OrtTensorRt, Precision.Fp16, "")]
    public void TryParse_Name_TellsItsParts(string text, EngineKind engine, Precision precision, string options)
    {
        Assert.Equal(new VariantName(engine, precision, options), VariantName.TryParse(text));
        Assert.Equal(text, new VariantName(engine, precision, options).ToString());
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("ort")]
    [InlineData("ort-fp8")]
    [InlineData("ort-fp32-")]
    [InlineData("ort-FP32")]
    [InlineData("torch-fp32-naive")]
    [InlineData("torchscript-file")]
    public void TryParse_NoName_IsNull(string text) => Assert.Null(VariantName.TryParse(text));

    [Fact]
    public void Order_Names_ThePlainestFirstAndWhatIsNoneLast()
    {
        string[] names = ["torch-naive", "torch-fp32", "torch-fp32-channels-last", "torch-bf16", "torchscript-fp32", "ort-fp32-disabled", "ort-fp32-basic", "ort-fp32-extended", "ort-fp32",
            "ort-fp16", "ort-int8-dynamic", "ort-int8-static-all", "ort-int8-static", "ort-cuda-fp32", "ort-tensorrt-int8", "plain", "row 2", "row 10"];

        Assert.Equal(names, names.Reverse().Order(VariantName.Order));
    }
}
