namespace DetrPerfLab.Tests.Vision;

public class ScoredAgreementTests
{
    static readonly (int Label, float[] Box, float Score)[] s_reference = [(1, [0, 0, 100, 50], 0.9f), (2, [10, 10, 60, 60], 0.6f), (1, [50, 50, 90, 90], 0.1f)];

    [Fact]
    public void Compare_ItselfInAnotherOrder_IsNoDifference()
    {
        var agreement = ScoredAgreement.Compare("r", Outputs(s_reference), Outputs([s_reference[2], s_reference[0], s_reference[1]]));
        Assert.Equal((0, 0.0, 0), (agreement.LogitsMaxAbs, agreement.BoxesMaxAbs, agreement.ClassChangedShare));
        Assert.Equal(1, agreement.LogitsCosine!.Value, 1e-12);
    }

    [Fact]
    public void Compare_MovedBoxAndScore_AreFractionsOfTheSide()
    {
        var agreement = ScoredAgreement.Compare("r", Outputs(s_reference), Outputs([s_reference[0], (2, [10, 10, 60, 62], 0.55f), s_reference[2]]));
        Assert.Equal(0.05, agreement.LogitsMaxAbs, 1e-6);
        Assert.Equal(0.02, agreement.BoxesMaxAbs!.Value, 1e-6); // 2 of 100 pixels
        Assert.Equal(0, agreement.ClassChangedShare);
    }

    [Fact]
    public void Compare_AnotherLabel_LosesASureDetection()
    {
        var agreement = ScoredAgreement.Compare("r", Outputs(s_reference), Outputs([(7, s_reference[0].Box, 0.9f), s_reference[1], s_reference[2]]));
        Assert.Equal(0.5, agreement.ClassChangedShare!.Value, 1e-6); // one of two that are half as sure as the surest
        Assert.Equal(0.8, agreement.LogitsMaxAbs, 1e-6); // to the lowest score that is listed
    }

    [Fact]
    public void Compare_UnsureOneFallsOffTheEnd_CostsOnlyItsScore()
    {
        var agreement = ScoredAgreement.Compare("r", Outputs(s_reference), Outputs([s_reference[0], s_reference[1], (5, [0, 0, 9, 9], 0.101f)]));
        Assert.Equal(0.001, agreement.LogitsMaxAbs, 1e-6);
    }

    [Fact]
    public void Compare_NanOrOtherShape_IsRefused()
    {
        var broken = Outputs(s_reference);
        broken["scores"].Floats[1] = float.NaN;
        Assert.Contains("scores", Assert.Throws<LabException>(() => ScoredAgreement.Compare("r", Outputs(s_reference), broken)).Message);
        Assert.Throws<LabException>(() => ScoredAgreement.Compare("r", Outputs(s_reference), Outputs(s_reference[..2])));
    }

    static TensorSet Outputs((int Label, float[] Box, float Score)[] detections)
    {
        var (labels, boxes, scores) = (new HostTensor("labels", ElementType.Int64, 1, detections.Length),
            new HostTensor("boxes", ElementType.Float32, 1, detections.Length, 4), new HostTensor("scores", ElementType.Float32, 1, detections.Length));
        for (var i = 0; i < detections.Length; i++)
        {
            labels.Longs[i] = detections[i].Label;
            detections[i].Box.CopyTo(boxes.Floats[(4 * i)..]);
            scores.Floats[i] = detections[i].Score;
        }

        return new(labels, boxes, scores);
    }
}
