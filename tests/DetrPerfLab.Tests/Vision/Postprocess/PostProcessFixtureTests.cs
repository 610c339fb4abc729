using System.Runtime.InteropServices;

namespace DetrPerfLab.Tests.Vision;

/// <summary>Against PyTorch and torchvision.</summary>
public class PostProcessFixtureTests
{
    const int Queries = 40;

    static readonly ImageSize s_image = new(427, 640);

    static float[] Fixture(string name) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(TestPaths.Fixtures, "postprocess", $"{name}.f32"))).ToArray();

    [Fact]
    public void Detr_Fixture_MatchesPyTorch()
    {
        var (actual, scores, labels, corners) = (new Detection[Queries], Fixture("scores"), Fixture("labels"), Fixture("corners"));
        Postprocessor.Detr(Fixture("logits"), Fixture("boxes"), s_image, actual);
        for (var q = 0; q < Queries; q++)
        {
            Assert.Equal(labels[q], actual[q].Label);

            // Two exponentials and a sum of 92: each rounds differently in its last bit. Scores are at most 1.
            Assert.Equal(scores[q], actual[q].Score, 3e-7f);

            // No exponential here: the same three operations, so the same bits.
            Assert.Equal(new Box(corners[q * 4], corners[(q * 4) + 1], corners[(q * 4) + 2], corners[(q * 4) + 3]), actual[q].Box);
        }
    }

    [Fact]
    public void Iou_EveryPair_MatchesTorchvision()
    {
        var boxes = MemoryMarshal.Cast<float, Box>(Fixture("corners")).ToArray();
        var (iou, giou) = (Fixture("iou"), Fixture("giou"));
        for (var i = 0; i < Queries * Queries; i++)
        {
            // Areas are summed in another order: a few units in the last place of values up to 1.
            Assert.Equal(iou[i], Box.Iou(boxes[i / Queries], boxes[i % Queries]), 1e-6f);
            Assert.Equal(giou[i], Box.GeneralizedIou(boxes[i / Queries], boxes[i % Queries]), 1e-6f);
        }
    }
}
