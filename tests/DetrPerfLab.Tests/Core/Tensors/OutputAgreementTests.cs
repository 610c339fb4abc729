namespace DetrPerfLab.Tests.Core;

public class OutputAgreementTests
{
    [Fact]
    public void Compare_KnownVectors_GivesKnownFigures()
    {
        var actual = OutputAgreement.Compare("x", [3, 4, 0, 0], [4, 3, 0, 0]);

        Assert.Equal(1, actual.MaxAbs);
        Assert.Equal(0.5, actual.MeanAbs);
        Assert.Equal(24 / 25.0, actual.Cosine, 1e-15); // one rounding of the division
    }

    [Fact]
    public void Compare_Zeros_HasACosine()
    {
        Assert.Equal(1, OutputAgreement.Compare("x", [0, 0], [0, 0]).Cosine);
        Assert.Equal(0, OutputAgreement.Compare("x", [0, 0], [1, 0]).Cosine);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Compare_NotFinite_FailsTheCheck(float bad)
    {
        var error = Assert.Throws<LabException>(() => OutputAgreement.Compare("logits", [1, 2], [1, bad]));
        Assert.Equal(ExitCode.CheckFailed, error.ExitCode);
        Assert.Contains("element 1", error.Message);
    }

    [Fact]
    public void CompareDetr_OneQueryChanged_CountsIt()
    {
        var (reference, actual) = (Outputs(), Outputs());
        reference["logits"].Floats[0] = 1;
        actual["logits"].Floats[1] = 2;
        actual["pred_boxes"].Floats[3] = 0.25f;

        var agreement = OutputAgreement.CompareDetr("torch-fp32", reference, actual);

        Assert.Equal(2, agreement.LogitsMaxAbs);
        Assert.Equal(0.25, agreement.BoxesMaxAbs);
        Assert.Equal(0.25, agreement.ClassChangedShare);
    }

    [Fact]
    public void CompareDetr_OtherShape_IsRefused() =>
        Assert.Throws<LabException>(() => OutputAgreement.CompareDetr("torch-fp32", Outputs(), Outputs(queries: 3)));

    static TensorSet Outputs(int queries = 4) => new(
        new HostTensor("logits", ElementType.Float32, 1, queries, 3), new HostTensor("pred_boxes", ElementType.Float32, 1, queries, 4));
}
